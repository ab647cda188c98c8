package dev.cairn.coordinator.ports;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.coordinator.ports.Topology.Stage;
import dev.cairn.id.JobId;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyTest {
  private final List<String> calls = new ArrayList<>();

  @Test
  void aSubtaskIsWokenThroughItsStage() {
    Topology topology = new Topology(List.of(stage("delay"), stage("total", "delay")));

    topology.wake(subtask("total"));
    topology.wake(subtask("delay"));

    assertThat(calls).containsExactly("total: wake total", "delay: wake delay");
    assertThat(topology.source()).isEqualTo(topology.of(subtask("delay")));
  }

  @Test
  void everyStageIsFedOrNone() {
    Topology topology = new Topology(List.of(stage("delay"), stage("total", "delay")));

    topology.disable();
    topology.enable();

    assertThat(calls)
        .containsExactly("delay: disable", "total: disable", "delay: enable", "total: enable");
  }

  @Test
  void subtasksOfAFormerNameBelongToTheOnlyStage() {
    Topology topology = new Topology(List.of(stage("delay")));

    assertThat(topology.of(subtask("former"))).isEqualTo(topology.source());
  }

  @Test
  void aSubtaskOfNoneOfSeveralStagesIsRefusedByName() {
    Topology topology = new Topology(List.of(stage("delay"), stage("total", "delay")));

    assertThatThrownBy(() -> topology.wake(subtask("former")))
        .hasMessage("former/shardId-0 belongs to no stage of the job, which has [delay, total]");
  }

  private record Refused(String why, List<Stage> stages) {
    @Override
    public String toString() {
      return why;
    }
  }

  static Stream<Refused> refused() {
    TopologyTest test = new TopologyTest();
    Stage unnamed = test.stage(Optional.empty(), Set.of());
    return Stream.of(
        new Refused("exactly one stage reads the job's own stream", List.of()),
        new Refused(
            "exactly one stage reads the job's own stream",
            List.of(test.stage("delay"), test.stage("total"))),
        new Refused(
            "there are two stages delay", List.of(test.stage("delay"), test.stage("delay"))),
        new Refused(
            "each of several stages needs an id", List.of(unnamed, test.stage("total", "delay"))),
        new Refused(
            "stage total reads from stage gone, which does not exist",
            List.of(test.stage("delay"), test.stage("total", "gone"))));
  }

  @ParameterizedTest
  @MethodSource
  void refused(Refused row) {
    assertThatThrownBy(() -> new Topology(row.stages))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(row.why);
  }

  private static SubtaskId subtask(String stage) {
    return new SubtaskId(new JobId("job"), new StageId(stage), new ShardId("shardId-0"));
  }

  private Stage stage(String id, String... upstream) {
    return stage(
        Optional.of(new StageId(id)),
        Arrays.stream(upstream).map(StageId::new).collect(Collectors.toSet()));
  }

  private Stage stage(Optional<StageId> id, Set<StageId> upstream) {
    String name = id.map(StageId::value).orElse("unnamed");
    SourceMapping mapping =
        new SourceMapping() {
          @Override
          public void enable() {
            calls.add(name + ": enable");
          }

          @Override
          public void disable() {
            calls.add(name + ": disable");
          }
        };
    return new Stage(
        id,
        new NoStream(),
        mapping,
        (subtask, purpose) -> calls.add(name + ": wake " + subtask.stage()),
        upstream);
  }

  private static final class NoStream implements StreamReader {
    @Override
    public List<Shard> shards() {
      return List.of();
    }

    @Override
    public List<Shard> shardsOpenAt(StartPosition place) {
      return shards();
    }

    @Override
    public Duration retention() {
      return Duration.ofDays(1);
    }

    @Override
    public Page read(ShardId shard, From from, int limit) {
      throw new UnsupportedOperationException("nothing is read here");
    }
  }
}
