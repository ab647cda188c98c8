package dev.cairn.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.cli.ReshardStory.FedJob;
import dev.cairn.cli.ReshardStory.Moment;
import dev.cairn.id.JobId;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Commands before, during and after a split and a merge, on states that were stored before, during
 * and after them. At the end, the state of each key is what a fold over all records leaves.
 */
class AcrossAReshardTest {
  private final ReshardStory story = new ReshardStory();
  private final FedJob job = story.main();

  private static Stream<Moment> from(Moment first) {
    return Arrays.stream(Moment.values()).filter(moment -> moment.compareTo(first) >= 0);
  }

  /** Each pair of moments: a state is stored at one, and used at the same or a later one. */
  static Stream<Arguments> moments() {
    return Arrays.stream(Moment.values())
        .flatMap(taken -> from(taken).map(used -> Arguments.of(taken, used)));
  }

  static Stream<Arguments> storedStates() {
    return Stream.of("checkpoint", "savepoint")
        .flatMap(kind -> moments().map(row -> Arguments.of(kind, row.get()[0], row.get()[1])));
  }

  private Checkpoint.Completed take(String kind, Moment at) {
    story.to(at);
    Checkpoint.Completed taken = job.take(kind);
    var unused = story.requireWhole(taken.metadata().path());
    return taken;
  }

  @ParameterizedTest
  @EnumSource(Moment.class)
  void theStoryAloneEndsWithTheFold(Moment at) {
    story.to(at).end();
  }

  @ParameterizedTest(name = "a {0} of {1}, at {2}")
  @MethodSource("storedStates")
  void aRestore(String kind, Moment taken, Moment used) {
    Checkpoint.Completed state = take(kind, taken);
    story.to(used);

    job.cairn("restore", state.id().toString());

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a {0} of {1}, at {2}")
  @MethodSource("storedStates")
  void theUndoOfARestore(String kind, Moment taken, Moment used) {
    Checkpoint.Completed state = take(kind, taken);
    story.to(used);
    var unused = job.take("checkpoint");
    job.cairn("restore", state.id().toString());

    job.cairn("undo");

    job.requireRunning();
    story.end();
  }

  @ParameterizedTest(name = "a checkpoint of {0}, at {1}")
  @MethodSource("moments")
  void aFork(Moment taken, Moment used) {
    Checkpoint.Completed state = take("checkpoint", taken);
    story.to(used);

    job.cairn("fork", state.id().toString(), "--as", "trial");
    FedJob trial = story.job(new JobId("trial"));
    trial.goOn();

    trial.requireRunning();
    story.end();
  }
}
