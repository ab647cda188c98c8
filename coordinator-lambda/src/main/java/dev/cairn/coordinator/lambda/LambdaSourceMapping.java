package dev.cairn.coordinator.lambda;

import dev.cairn.coordinator.lifecycle.MappingDescription;
import dev.cairn.coordinator.lifecycle.MappingDescription.StartingPosition;
import dev.cairn.coordinator.ports.SourceMapping;
import dev.cairn.job.MappingProblem;
import dev.cairn.state.StartPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.EventSourceMappingConfiguration;
import software.amazon.awssdk.services.lambda.model.Filter;
import software.amazon.awssdk.services.lambda.model.FunctionResponseType;
import software.amazon.awssdk.services.lambda.model.GetEventSourceMappingResponse;
import software.amazon.awssdk.services.lambda.model.LambdaException;

/** Lambda's event source mapping of the job's stream. It keeps its cursor while it is disabled. */
final class LambdaSourceMapping implements SourceMapping {
  private static final int WITHOUT_LIMIT = -1;
  private static final int FORBIDDEN = 403;
  // arn:aws:lambda:region:account:function:name, and a qualifier after it.
  private static final int PARTS_OF_A_FUNCTION = 7;

  private final LambdaClient client;
  private final String mapping;

  /**
   * @param mapping its UUID
   */
  LambdaSourceMapping(LambdaClient client, String mapping) {
    this.client = client;
    this.mapping = mapping;
  }

  @Override
  public void enable() {
    set(true);
  }

  @Override
  public void disable() {
    set(false);
  }

  private void set(boolean enabled) {
    // A read is free, but an update without a change would still restart the mapping.
    if (isOn() != enabled) {
      client.updateEventSourceMapping(update -> update.uuid(mapping).enabled(enabled));
    }
  }

  @Override
  public boolean isOn() {
    return isOn(get().state());
  }

  private static boolean isOn(String state) {
    return !(state.equals("Disabled") || state.equals("Disabling"));
  }

  @Override
  public List<MappingProblem> problems(Set<StartPosition> starts) {
    GetEventSourceMappingResponse own = get();
    try {
      return describe(own, others(own)).problems(starts);
    } catch (LambdaException e) {
      if (e.statusCode() != FORBIDDEN) {
        throw e;
      }
      // The known settings of the mapping itself are still checked.
      List<MappingProblem> problems = new ArrayList<>(describe(own, List.of()).problems(starts));
      problems.add(
          new MappingProblem(
              MappingProblem.Kind.UNREADABLE,
              "whether a second mapping feeds the function is not known, because the"
                  + " coordinator's role lacks lambda:ListEventSourceMappings: deploy with"
                  + " this version's construct"));
      return List.copyOf(problems);
    }
  }

  private GetEventSourceMappingResponse get() {
    return client.getEventSourceMapping(request -> request.uuid(mapping));
  }

  // Lists by stream, because a list by function would omit mappings of its other qualifiers.
  private List<String> others(GetEventSourceMappingResponse own) {
    return client
        .listEventSourceMappingsPaginator(list -> list.eventSourceArn(own.eventSourceArn()))
        .eventSourceMappings()
        .stream()
        .filter(other -> !other.uuid().equals(mapping) && isOn(other.state()))
        .filter(other -> function(other.functionArn()).equals(function(own.functionArn())))
        .map(EventSourceMappingConfiguration::uuid)
        .sorted()
        .toList();
  }

  private static String function(String arn) {
    return String.join(":", Stream.of(arn.split(":")).limit(PARTS_OF_A_FUNCTION).toList());
  }

  /** Lambda omits default values. */
  private static MappingDescription describe(
      GetEventSourceMappingResponse own, List<String> others) {
    return new MappingDescription(
        own.uuid(),
        Optional.ofNullable(own.lastProcessingResult()),
        Optional.ofNullable(own.stateTransitionReason()),
        own.filterCriteria() == null
            ? List.of()
            : own.filterCriteria().filters().stream().map(Filter::pattern).toList(),
        Objects.requireNonNullElse(own.parallelizationFactor(), 1),
        Objects.requireNonNullElse(own.maximumRetryAttempts(), WITHOUT_LIMIT),
        Objects.requireNonNullElse(own.maximumRecordAgeInSeconds(), WITHOUT_LIMIT),
        Duration.ofSeconds(Objects.requireNonNullElse(own.tumblingWindowInSeconds(), 0)),
        Objects.requireNonNullElse(own.bisectBatchOnFunctionError(), false),
        own.functionResponseTypes().contains(FunctionResponseType.REPORT_BATCH_ITEM_FAILURES),
        Optional.ofNullable(own.startingPositionAsString())
            .map(
                name ->
                    new StartingPosition(
                        name, Optional.ofNullable(own.startingPositionTimestamp()))),
        others);
  }
}
