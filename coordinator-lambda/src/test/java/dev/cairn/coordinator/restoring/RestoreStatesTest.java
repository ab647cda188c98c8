package dev.cairn.coordinator.restoring;

import static dev.cairn.pipeline.Pipeline.JOB;
import static dev.cairn.pipeline.Pipeline.run;
import static dev.cairn.pipeline.Pipeline.tick;
import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.ClaimMode;
import dev.cairn.command.Command;
import dev.cairn.command.Command.Options;
import dev.cairn.coordinator.commanding.DryRun;
import dev.cairn.coordinator.commanding.DryRun.Result;
import dev.cairn.function.Context;
import dev.cairn.function.Deserializer;
import dev.cairn.function.Deserializers;
import dev.cairn.function.KeyedFunction;
import dev.cairn.function.RuntimeContext;
import dev.cairn.function.ValueState;
import dev.cairn.id.CheckpointId;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.journal.Entry;
import dev.cairn.pipeline.Death;
import dev.cairn.pipeline.Pipeline;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import dev.cairn.task.Task;
import dev.cairn.task.pipeline.Tap;
import dev.cairn.task.pipeline.Words;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A checkpoint with other states than the code has by now. */
class RestoreStatesTest {
  private static final StateSchema COUNT = Words.COUNT.schema();
  private static final StateSchema NOTE = Words.NOTE.schema();
  private static final StateSchema WORDS = Words.WORDS.schema();
  private static final String ALLOWED = "1 --allow-non-restored-state";

  private final Pipeline pipeline = new Pipeline(1);
  private final Task<String> words = pipeline.container();

  /** Later code of the same job, which only counts. */
  private static final class Counting implements KeyedFunction<String> {
    private ValueState<Long> count;

    @Override
    public Deserializer<String> deserializer() {
      return Deserializers.text();
    }

    @Override
    public void open(RuntimeContext context) {
      count = context.getState(Words.COUNT);
    }

    @Override
    public void process(String word, Context context) {
      count.update(count.value().orElse(0L) + 1);
    }
  }

  private Task<String> counting() {
    return pipeline.container(Tap.NONE, Pipeline.settings(), Counting::new);
  }

  @BeforeEach
  void takeACheckpointWithThreeStates() {
    run(words, 0, pipeline.put(0, "a", "size:3"));
    pipeline.checkpoint(words);
    run(words, 0, pipeline.put(0, "b"));
  }

  private void ask(String restore) {
    pipeline.checkpoints().request(JOB, Request.restore(restore));
    tick(pipeline.coordinator());
  }

  private String refusal() {
    return pipeline.job().refusal().orElseThrow().reason();
  }

  private static Command.Restore command(boolean allows) {
    return new Command.Restore(
        new Command.Target.Id(new CheckpointId(1)),
        new Options(ClaimMode.NO_CLAIM, allows, false, Optional.empty()));
  }

  private Result dryRun(boolean allows) {
    return new DryRun(pipeline.ports(Tap.NONE), Pipeline.PROMPT)
        .restore(pipeline.job(), command(allows));
  }

  private PreflightReport report(boolean allows) {
    return ((Result.Possible) dryRun(allows)).report();
  }

  private Set<String> storedStates() {
    return pipeline.state(0).keySet().stream()
        .map(StateKey::parts)
        .map(StateKey.Parts::state)
        .collect(Collectors.toSet());
  }

  private Entry.Restored restored() {
    return pipeline.journal(0).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(Entry.Restored.class::cast)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aStateThatTheCodeNoLongerHasIsRefusedByName() {
    pipeline.register("8", COUNT, WORDS);

    ask("1");

    assertThat(refusal())
        .isEqualTo(
            "there is state \"note\" (value of string), which version 8 of the code of count does"
                + " not declare: deploy code that declares it and let it run once, or drop the"
                + " state with --allow-non-restored-state");
    assertThat(pipeline.job().status()).isEqualTo(new JobStatus.Running());
    assertThat(((Result.Refused) dryRun(false)).reason()).isEqualTo(refusal());
  }

  @Test
  void aStateThatTheCodeWouldMisreadIsRefusedAllowedOrNot() {
    StateSchema asText = new StateSchema("count", "value", "string");
    pipeline.register("8", asText, NOTE, WORDS);
    for (String text : List.of("1", ALLOWED)) {
      ask(text);

      assertThat(refusal())
          .startsWith(
              "state \"count\" is stored as value of long, but version 8 of the code of count"
                  + " declares it as value of string: its bytes would be misread;")
          .contains("under another name");
      assertThat(pipeline.job().refusal().orElseThrow().request()).isEqualTo("restore " + text);
    }
    assertThat(pipeline.job().epoch().value()).isEqualTo(1);
  }

  @Test
  void aNewStateBeginsEmpty() {
    pipeline.register("8", COUNT, NOTE, WORDS, new StateSchema("seen", "map", "string,long"));

    assertThat(report(false).states().added())
        .singleElement()
        .satisfies(added -> assertThat(added.declared().name()).isEqualTo("seen"));
    ask("1");

    assertThat(pipeline.job().epoch().value()).isEqualTo(2);
  }

  @Test
  void statesOfCodeThatHasNotRunYetAreSaidNotToBeCompared() {
    assertThat(report(false).states().notCompared().orElseThrow())
        .startsWith("the states of count could not be compared");
    ask(ALLOWED);

    // Nothing is known to be too much, so nothing is dropped.
    assertThat(restored().dropped()).isEmpty();
    assertThat(storedStates()).containsExactlyInAnyOrder("count", "note", "words");
  }

  @Test
  void whatIsAllowedToGoIsDroppedForGood() {
    pipeline.register("8", COUNT);
    assertThat(report(true).from().dropped()).containsExactly("note", "words");

    ask(ALLOWED);

    assertThat(restored().dropped()).containsExactly("note", "words");
    assertThat(restored().handle().manifest().schemas()).containsExactly(COUNT);
    Task<String> counting = counting();
    pipeline.deliverWakes(counting);
    Checkpoint.Completed next = pipeline.checkpoint(counting);
    assertThat(next.isSavepoint()).isFalse();
    assertThat(storedStates()).containsExactly("count");
    Entry.Snapshotted snapshot = (Entry.Snapshotted) pipeline.journal(0).getLast();
    assertThat(snapshot.handle().manifest().schemas()).containsExactly(COUNT);
    assertThat(snapshot.handle().manifest().runs())
        .doesNotContainAnyElementsOf(restored().handle().manifest().runs());
  }

  /** The files of the restored checkpoint hold the state still; the journal says it is none. */
  @Test
  void codeThatDeclaresADroppedStateAgainFindsItEmpty() {
    pipeline.register("8", COUNT);
    ask(ALLOWED);
    Task<String> again = pipeline.container();

    pipeline.deliverWakes(again);
    run(again, 0, pipeline.put(0, "c"));
    pipeline.checkpoint(again);

    // Of the words, only those that were applied since the restore: b again, and c.
    assertThat(storedStates()).containsExactlyInAnyOrder("count", "words");
    Pipeline fresh = new Pipeline(1);
    Task<String> only = fresh.container();
    run(only, 0, fresh.put(0, "b", "c"));
    assertThat(words(pipeline)).isEqualTo(words(fresh));
  }

  private static String words(Pipeline pipeline) {
    return pipeline.state(0).entrySet().stream()
        .filter(cell -> cell.getKey().parts().state().equals("words"))
        .map(java.util.Map.Entry::getValue)
        .collect(Collectors.joining());
  }

  /** What is dropped is decided once: two shards of one job must not drop different states. */
  @Test
  void anotherCoordinatorGoesOnWithTheStatesThatWereFoundFirst() {
    pipeline.register("8", COUNT);
    pipeline.checkpoints().request(JOB, Request.restore(ALLOWED));
    Death afterItHasBegun = new Death(1);
    afterItHasBegun.watch(() -> tick(pipeline.coordinator(afterItHasBegun)));
    assertThat(pipeline.job().status()).isInstanceOf(JobStatus.Restoring.class);
    pipeline.register("9", COUNT, NOTE, WORDS);

    tick(pipeline.coordinator());

    assertThat(restored().dropped()).containsExactly("note", "words");
  }
}
