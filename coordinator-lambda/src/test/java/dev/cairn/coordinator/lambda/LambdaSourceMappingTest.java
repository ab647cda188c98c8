package dev.cairn.coordinator.lambda;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.job.MappingProblem;
import dev.cairn.job.MappingProblem.Kind;
import dev.cairn.state.StartPosition;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.EventSourcePosition;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FilterCriteria;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsRequest;
import software.amazon.awssdk.services.lambda.model.ListEventSourceMappingsResponse;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingRequest;
import software.amazon.awssdk.services.lambda.model.UpdateEventSourceMappingResponse;

/** What Lambda answers, as the coordinator reads it. */
class LambdaSourceMappingTest {
  private static final String STREAM = "arn:aws:kinesis:eu-west-1:111122223333:stream/orders";
  private static final String FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:task";
  private static final Set<StartPosition> HORIZON = Set.of(new StartPosition.TrimHorizon());

  private final Lambda lambda = new Lambda();
  private final LambdaSourceMapping mapping = new LambdaSourceMapping(lambda, "m-1");

  /** Lambda's API for mappings, one of which is the job's. */
  private static final class Lambda implements LambdaClient {
    private GetEventSourceMappingResponse.Builder own =
        GetEventSourceMappingResponse.builder()
            .uuid("m-1")
            .state("Enabled")
            .eventSourceArn(STREAM)
            .functionArn(FUNCTION + ":live")
            .functionResponseTypes(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES)
            .startingPosition(EventSourcePosition.TRIM_HORIZON);
    private final List<EventSourceMappingConfiguration> ofStream = new ArrayList<>();
    private final List<Boolean> switched = new ArrayList<>();
    private Optional<Integer> listRefusedWith = Optional.empty();

    @Override
    public GetEventSourceMappingResponse getEventSourceMapping(
        GetEventSourceMappingRequest request) {
      assertThat(request.uuid()).isEqualTo("m-1");
      return own.build();
    }

    @Override
    public UpdateEventSourceMappingResponse updateEventSourceMapping(
        UpdateEventSourceMappingRequest request) {
      switched.add(request.enabled());
      own = own.state(request.enabled() ? "Enabling" : "Disabling");
      return UpdateEventSourceMappingResponse.builder().build();
    }

    @Override
    public ListEventSourceMappingsResponse listEventSourceMappings(
        ListEventSourceMappingsRequest request) {
      listRefusedWith.ifPresent(
          status -> {
            throw LambdaException.builder().statusCode(status).message("refused").build();
          });
      assertThat(request.eventSourceArn()).isEqualTo(STREAM);
      return ListEventSourceMappingsResponse.builder().eventSourceMappings(ofStream).build();
    }

    @Override
    public String serviceName() {
      return "lambda";
    }

    @Override
    public void close() {}
  }

  private List<Kind> kinds() {
    return mapping.problems(HORIZON).stream().map(MappingProblem::kind).toList();
  }

  private static EventSourceMappingConfiguration other(String uuid, String function, String state) {
    return EventSourceMappingConfiguration.builder()
        .uuid(uuid)
        .functionArn(function)
        .state(state)
        .build();
  }

  @Test
  void whatLambdaLeavesOutIsAsByDefault() {
    assertThat(kinds()).isEmpty();
    lambda.own.filterCriteria(FilterCriteria.builder().build());
    assertThat(kinds()).as("an empty filter lets everything pass").isEmpty();
  }

  @Test
  void everySettingIsRead() {
    lambda
        .own
        .filterCriteria(
            FilterCriteria.builder().filters(Filter.builder().pattern("{}").build()).build())
        .functionResponseTypes(List.of())
        .maximumRetryAttempts(5)
        .maximumRecordAgeInSeconds(60)
        .tumblingWindowInSeconds(10)
        .parallelizationFactor(2)
        .bisectBatchOnFunctionError(true)
        .startingPosition(EventSourcePosition.AT_TIMESTAMP)
        .startingPositionTimestamp(Instant.EPOCH)
        .lastProcessingResult("PROBLEM: internal Lambda error");

    assertThat(kinds())
        .containsExactly(
            Kind.FILTERED,
            Kind.WHOLE_BATCH,
            Kind.DISCARDS,
            Kind.DISCARDS,
            Kind.WINDOWED,
            Kind.PARALLEL,
            Kind.STARTS_ELSEWHERE,
            Kind.BISECTS,
            Kind.BROKEN);
  }

  @Test
  void anotherMappingIsOneOfTheSameFunctionThatIsOn() {
    lambda.ofStream.add(other("m-1", FUNCTION + ":live", "Enabled"));
    lambda.ofStream.add(other("m-2", FUNCTION + "-of-another-team", "Enabled"));
    lambda.ofStream.add(other("m-3", FUNCTION, "Disabled"));
    assertThat(kinds()).isEmpty();

    lambda.ofStream.add(other("m-4", FUNCTION, "Enabled"));
    lambda.ofStream.add(other("m-5", FUNCTION + ":3", "Enabling"));
    assertThat(mapping.problems(HORIZON))
        .singleElement()
        .satisfies(problem -> assertThat(problem.message()).contains(": m-4, m-5 also delivers"));
  }

  @Test
  void aRoleThatMayNotListStillSaysWhatIsKnown() {
    lambda.listRefusedWith = Optional.of(403);
    lambda.own.parallelizationFactor(2);
    assertThat(kinds()).containsExactly(Kind.PARALLEL, Kind.UNREADABLE);
  }

  @Test
  void itIsSwitchedOnlyIfItIsNotSo() {
    mapping.enable();
    assertThat(lambda.switched).isEmpty();
    mapping.disable();
    mapping.disable();
    assertThat(mapping.isOn()).isFalse();
    mapping.enable();
    assertThat(lambda.switched).containsExactly(false, true);
    assertThat(mapping.isOn()).isTrue();
  }
}
