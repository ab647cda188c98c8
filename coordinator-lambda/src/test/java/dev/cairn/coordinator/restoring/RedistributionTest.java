package dev.cairn.coordinator.restoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.checkpoint.SubtaskState;
import dev.cairn.coordinator.restoring.Redistribution.Share;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.StageId;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Channels;
import dev.cairn.state.Counts;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.Manifest;
import dev.cairn.state.Origin;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.state.StateSchema;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import dev.cairn.storage.Sha256;
import dev.cairn.stream.Shard;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Which part of which run falls to which shard. The hash space is drawn as a line of 120 units, so
 * that it can be cut into halves, thirds, quarters and fifths.
 */
class RedistributionTest {
  private static final JobId JOB = new JobId("words");
  private static final StageId STAGE = new StageId("count");
  private static final BigInteger UNIT =
      BigInteger.ONE.shiftLeft(128).divide(BigInteger.valueOf(120));
  private static final StateSchema COUNT = new StateSchema("count", "value", "text,long");

  /**
   * @param sources the bounds between the subtasks of the checkpoint
   * @param shards the bounds between the shards of the stream
   * @param shares of each shard: the parts of the subtasks' runs, such as {@code 0:30-40}
   */
  private record Case(String name, List<Integer> sources, List<Integer> shards, String... shares) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Case> cases() {
    return Stream.of(
        new Case("as it was", at(60), at(60), "0:0-60", "1:60-120"),
        new Case("one becomes two", at(), at(60), "0:0-60", "0:60-120"),
        new Case("two become one", at(60), at(), "0:0-60 1:60-120"),
        new Case(
            "four become three",
            at(30, 60, 90),
            at(40, 80),
            "0:0-30 1:30-40",
            "1:40-60 2:60-80",
            "2:80-90 3:90-120"),
        new Case(
            "three become four",
            at(40, 80),
            at(30, 60, 90),
            "0:0-30",
            "0:30-40 1:40-60",
            "1:60-80 2:80-90",
            "2:90-120"),
        new Case("uneven shards", at(1, 119), at(118), "0:0-1 1:1-118", "1:118-119 2:119-120"),
        new Case(
            "within one",
            at(60),
            at(10, 20, 30),
            "0:0-10",
            "0:10-20",
            "0:20-30",
            "0:30-60 1:60-120"));
  }

  private static List<Integer> at(Integer... bounds) {
    return List.of(bounds);
  }

  private static KeyHash hash(int unit) {
    return unit == 120
        ? HashRange.ALL.to()
        : KeyHash.ofDecimal(UNIT.multiply(BigInteger.valueOf(unit)).toString());
  }

  private static HashRange range(int from, int until) {
    KeyHash end = hash(until);
    KeyHash last = until == 120 ? end : before(end);
    return new HashRange(hash(from), last);
  }

  private static KeyHash before(KeyHash hash) {
    return KeyHash.ofDecimal(new BigInteger(hash.toDecimal()).subtract(BigInteger.ONE).toString());
  }

  private static List<HashRange> ranges(List<Integer> bounds) {
    List<HashRange> ranges = new ArrayList<>();
    int from = 0;
    for (int until : Stream.concat(bounds.stream(), Stream.of(120)).toList()) {
      ranges.add(range(from, until));
      from = until;
    }
    return ranges;
  }

  private static SubtaskState source(int number, HashRange range, String... runs) {
    SubtaskId subtask = new SubtaskId(JOB, STAGE, new ShardId("source-" + number));
    return new SubtaskState(
        subtask,
        new Epoch(1),
        new Origin(new StartPosition.TrimHorizon(), range),
        Position.beginning(),
        Optional.empty(),
        new Counts(10 + number, number),
        new Manifest(
            Stream.of(runs).map(run -> new RunRef(file(run), range)).toList(), List.of(COUNT)),
        Channels.EMPTY);
  }

  private static FileRef file(String name) {
    return new FileRef(
        new FilePath("savepoints/" + name), 100, Sha256.of(name.getBytes(StandardCharsets.UTF_8)));
  }

  private static List<SubtaskState> sources(List<Integer> bounds) {
    List<HashRange> ranges = ranges(bounds);
    return IntStream.range(0, ranges.size())
        .mapToObj(i -> source(i, ranges.get(i), "run-" + i))
        .toList();
  }

  private static List<Shard> shards(List<Integer> bounds) {
    List<HashRange> ranges = ranges(bounds);
    return IntStream.range(0, ranges.size())
        .mapToObj(i -> new Shard(new ShardId("shard-" + i), ranges.get(i), List.of()))
        .toList();
  }

  private static Share share(Redistribution divided, int shard) {
    return divided.shares().getOrDefault(new ShardId("shard-" + shard), NOTHING);
  }

  private static final Share NOTHING =
      new Share(HashRange.ALL, Manifest.EMPTY, Counts.NONE, List.of());

  @ParameterizedTest
  @MethodSource("cases")
  void eachShardHasWhatOverlapsIt(Case given) throws RestoreRefusedException {
    Redistribution divided = Redistribution.of(sources(given.sources()), shards(given.shards()));

    assertThat(divided.shares()).hasSize(given.shares().length);
    for (int shard = 0; shard < given.shares().length; shard++) {
      List<RunRef> expected = new ArrayList<>();
      List<String> from = new ArrayList<>();
      for (String part : given.shares()[shard].split(" ")) {
        String[] words = part.split("[:-]");
        expected.add(
            new RunRef(
                file("run-" + words[0]),
                range(Integer.parseInt(words[1]), Integer.parseInt(words[2]))));
        from.add("source-" + words[0]);
      }
      Share share = share(divided, shard);
      assertThat(share.manifest().runs()).isEqualTo(expected);
      assertThat(share.manifest().schemas()).containsExactly(COUNT);
      assertThat(share.from()).extracting(subtask -> subtask.shard().value()).isEqualTo(from);
      assertThat(share.range()).isEqualTo(ranges(given.shards()).get(shard));
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void whatWasCountedIsThereOnce(Case given) throws RestoreRefusedException {
    List<SubtaskState> sources = sources(given.sources());

    Redistribution divided = Redistribution.of(sources, shards(given.shards()));

    assertThat(
            divided.shares().values().stream().mapToLong(share -> share.counts().applied()).sum())
        .isEqualTo(sources.stream().mapToLong(source -> source.counts().applied()).sum());
    assertThat(
            divided.shares().values().stream()
                .mapToLong(share -> share.counts().deadLettered())
                .sum())
        .isEqualTo(sources.stream().mapToLong(source -> source.counts().deadLettered()).sum());
  }

  @Test
  void runsOfOneSubtaskStayInTheirOrder() throws RestoreRefusedException {
    SubtaskState first = source(0, range(0, 60), "newest", "older", "oldest");
    SubtaskState second = source(1, range(60, 120), "other");

    Redistribution divided = Redistribution.of(List.of(second, first), shards(at()));

    assertThat(share(divided, 0).manifest().runs())
        .extracting(run -> run.file().path().fileName())
        .containsExactly("newest", "older", "oldest", "other");
  }

  @Test
  void aSubtaskThatIsMissingLeavesItsKeysWithoutState() throws RestoreRefusedException {
    Redistribution divided =
        Redistribution.of(List.of(source(0, range(0, 60), "run-0")), shards(at(60)));

    assertThat(share(divided, 0).manifest().runs()).hasSize(1);
    assertThat(share(divided, 1).manifest()).isEqualTo(Manifest.EMPTY);
    assertThat(share(divided, 1).from()).isEmpty();
  }

  private static void refused(List<SubtaskState> sources, List<Shard> shards, String... reason) {
    assertThatThrownBy(() -> Redistribution.of(sources, shards))
        .isInstanceOfSatisfying(
            RestoreRefusedException.class,
            refusal -> assertThat(refusal.reason()).contains(reason));
  }

  @Test
  void shardsThatDoNotMakeUpAllKeysAreRefused() {
    List<Shard> shards = shards(at(40, 80));
    String reason = "do not make up the whole hash space, each key once";
    refused(sources(at(60)), List.of(), reason);
    refused(sources(at(60)), shards.subList(0, 2), reason);
    refused(sources(at(60)), shards.subList(1, 3), reason);
    refused(sources(at(60)), List.of(shards.get(0), shards.get(2)), reason);
    refused(
        sources(at(60)), Stream.concat(shards.stream(), shards(at(60)).stream()).toList(), reason);
  }

  @Test
  void twoSubtasksWithTheSameKeysAreRefused() {
    refused(
        List.of(source(0, range(0, 70), "run-0"), source(1, range(60, 120), "run-1")),
        shards(at()),
        "count/source-0 and count/source-1 both have state of the same keys");
  }

  @Test
  void oneStateInTwoFormsIsRefused() {
    SubtaskState other = source(1, range(60, 120), "run-1");
    SubtaskState changed =
        new SubtaskState(
            other.subtask(),
            other.epoch(),
            other.origin(),
            other.position(),
            other.firstApplied(),
            other.counts(),
            new Manifest(
                other.manifest().runs(), List.of(new StateSchema("count", "list", "text"))),
            other.channels());

    refused(
        List.of(source(0, range(0, 60), "run-0"), changed),
        shards(at()),
        "state \"count\" is",
        "in count/source-1",
        "take a savepoint once all of them run the same code");
  }

  @Test
  void moreRunsThanAnEntryCanNameAreRefused() {
    String[] runs = IntStream.range(0, 1_200).mapToObj(i -> "run-" + i).toArray(String[]::new);

    refused(
        List.of(source(0, HashRange.ALL, runs)),
        shards(at()),
        "shard-0 would begin with 1200 runs, more than an entry of its journal can name",
        "restore into a stream with more shards");
  }
}
