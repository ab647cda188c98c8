package dev.cairn.cli;

import dev.cairn.cli.inspect.StateReader;
import dev.cairn.cli.shards.KeySampler;
import dev.cairn.cli.shards.KeyWeights;
import dev.cairn.cli.shards.ShardLoad;
import dev.cairn.cli.shards.ShardLoads;
import dev.cairn.cli.shards.SplitAdvice;
import dev.cairn.cli.shards.StateSizes;
import dev.cairn.cli.status.PipelineFacts;
import dev.cairn.cli.status.PipelineSurvey;
import dev.cairn.cli.status.StreamFacts;
import dev.cairn.coordinator.resharding.ShardTree.State;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.kinesis.KinesisStreamReader;
import dev.cairn.retry.Backoff;
import dev.cairn.storage.DamagedFileException;
import dev.cairn.storage.StorageException;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader;
import java.io.PrintWriter;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import software.amazon.awssdk.core.exception.SdkException;

@Command(
    name = "shards",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Shows the tree of a pipeline's shards, from parents to children, with the load of each,"
          + " and says which split would help.",
      "",
      "A shard is waiting (no task has opened it), open, draining (closed by Kinesis, and not"
          + " applied to its end), or closed. The hottest keys are those of a sample of recent"
          + " records; where the stream cannot be read, as the demo's, those with the most state.",
      ""
    })
final class ShardsCommand extends PipelineCommand {
  /** A sample takes a read of each shard, which the mapping shares. */
  private static final int SAMPLED_SHARDS = 50;

  @Option(
      names = "--sample",
      paramLabel = "N",
      defaultValue = "200",
      description =
          "How many recent records of each open shard are read to find its hottest keys, at most"
              + " 10,000; 0 for none (default: 200).")
  private int sample;

  @Override
  void requireUsable() {
    if (sample < 0 || sample > 10_000) {
      throw ExitException.unusable(
          "a sample has 0 to 10,000 records of a shard, not " + sample + " (--sample)");
    }
  }

  @Override
  int run(Connection connection, PrintWriter out) {
    // Without the job's item, there is no epoch to compare the journals with.
    connection.requireJob();
    PipelineFacts facts =
        new PipelineSurvey(
                connection.journal(),
                connection.checkpoints(),
                connection.damages(),
                InstantSource.system())
            .of(connection.job(), subtasks -> StatusCommand.stream(connection, subtasks));
    List<ShardLoad> loads = sampled(connection, facts, ShardLoads.of(facts));
    SplitAdvice advice = SplitAdvice.of(loads);
    if (json()) {
      out.println(JsonOutput.pretty(ShardsText.json(facts, loads, advice)));
    } else {
      ShardsText.lines(facts, loads, advice, sample, columns()).forEach(out::println);
    }
    return ExitCode.OK;
  }

  private List<ShardLoad> sampled(
      Connection connection, PipelineFacts facts, List<ShardLoad> loads) {
    if (sample == 0) {
      return loads;
    }
    return switch (facts.stream()) {
      case StreamFacts.Listed listed -> {
        now("sampling records");
        StreamReader reader =
            new KinesisStreamReader(connection.kinesis(), listed.name(), Backoff.sleeping());
        yield withKeys(loads, load -> true, load -> ofRecords(reader, load.shard().id()));
      }
      case StreamFacts.Unreadable u -> ofState(connection, facts, loads);
      case StreamFacts.OutOfReach o -> ofState(connection, facts, loads);
    };
  }

  private Optional<KeyWeights> ofRecords(StreamReader reader, ShardId shard) {
    try {
      return KeySampler.ofRecords(reader, InstantSource.system(), shard, sample);
    } catch (SdkException | StreamException | NotInStreamException e) {
      // The rest of the tree is still shown.
      return Optional.empty();
    }
  }

  private List<ShardLoad> ofState(
      Connection connection, PipelineFacts facts, List<ShardLoad> loads) {
    if (connection.where().isEmpty()) {
      return loads;
    }
    now("reading states");
    StateReader reader = new StateReader(connection.journal(), connection.storage());
    return withKeys(
        loads,
        load ->
            load.stateSize()
                .map(StateSizes.Size::bytes)
                .filter(bytes -> bytes <= KeySampler.LARGEST_STATE_BYTES)
                .isPresent(),
        load -> load.shard().tail().flatMap(tail -> ofState(reader, tail.subtask())));
  }

  private static Optional<KeyWeights> ofState(StateReader reader, SubtaskId subtask) {
    try {
      return KeySampler.ofState(reader, subtask);
    } catch (DamagedFileException | StorageException e) {
      // cairn verify and cairn status tell of damage; the rest of the tree is still shown.
      return Optional.empty();
    }
  }

  /** Samples the keys of the busiest open shards. */
  private static List<ShardLoad> withKeys(
      List<ShardLoad> loads,
      Predicate<ShardLoad> isSampled,
      Function<ShardLoad, Optional<KeyWeights>> keys) {
    Set<ShardId> busiest =
        loads.stream()
            .filter(load -> load.shard().state() == State.OPEN)
            .filter(isSampled)
            .sorted(
                Comparator.comparing(
                        (ShardLoad load) -> load.recordsPerSecond().orElse(0.0),
                        Comparator.reverseOrder())
                    .thenComparing(
                        load -> load.stateSize().map(StateSizes.Size::bytes).orElse(0L),
                        Comparator.reverseOrder()))
            .limit(SAMPLED_SHARDS)
            .map(load -> load.shard().id())
            .collect(Collectors.toSet());
    return loads.stream()
        .map(load -> busiest.contains(load.shard().id()) ? load.with(keys.apply(load)) : load)
        .toList();
  }
}
