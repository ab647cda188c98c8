package dev.cairn.localstack.deployed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import dev.cairn.localstack.deployed.DeployedJob.Comparison;
import dev.cairn.localstack.deployed.FunctionProcesses.Frozen;
import dev.cairn.stream.Shard;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.kinesis.KinesisClient;

/**
 * The example's app on LocalStack, while its stream is split twice and merged once. Each test goes
 * on from where the one before left the job, and ends with all state compared key by key.
 *
 * <p>LocalStack's mapping has no order of parents and children. When it comes to the end of a
 * closed shard, it begins every shard again at the mapping's starting position, except those that
 * it polls after that one in the same round, and so it does in each round from then on, because it
 * reads the closed shard again, too. A shard that it polls before a closed one never gets beyond
 * its first page of records (docs/localstack.md). The batch size here is so large that one page has
 * all records of a shard: each is delivered many times, and none is left out.
 */
@EnabledIf("dev.cairn.localstack.deployed.LocalCloud#isAvailable")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class DeployedReshardTest {
  private static final Duration SOON = Duration.ofMinutes(3);

  private DeployedFlights deployed;
  private DeployedJob job;
  private Flights flights;
  private ShardOperations stream;

  /** The shards of the new stream, lower hashes first. */
  private List<Shard> roots;

  private Optional<Checkpoint.Completed> beforeTheFirstSplit = Optional.empty();
  private final StringBuilder report = new StringBuilder();

  @BeforeAll
  void deploy(@TempDir Path folder) throws IOException {
    deployed =
        DeployedFlights.deploy(
            folder, List.of("shards=2", "interval=5 s", "timeout=45 s", "batchSize=10000"));
    tell("DEPLOYED");
    job = deployed.job();
    flights = deployed.flights();
    roots = byRange(job.shards());
    stream =
        new ShardOperations(
            deployed.cloud().client(KinesisClient.builder()), deployed.outputs().stream());
  }

  @AfterAll
  void stop() throws IOException {
    if (deployed != null) {
      Files.writeString(Path.of("target", "deployed-reshard.txt"), report);
      deployed.close();
    }
  }

  /** What a deployed function fails with is in its log only. */
  @RegisterExtension
  final TestWatcher onFailure =
      new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext test, @Nullable Throwable cause) {
          tell("FAILED " + test.getDisplayName() + ": " + cause);
          job.shards().forEach(shard -> tell(job.dump(shard.id())));
          deployed.tellLogs(DeployedReshardTest.this::tell);
        }
      };

  @Test
  @Order(1)
  void takesACheckpointOfTheTwoShards() {
    flights.send(300, roots);
    job.awaitApplied();
    Checkpoint.Completed covering = job.awaitCovered();
    done("pin", covering.id().toString());
    beforeTheFirstSplit = Optional.of(covering);
    compare();
  }

  @Test
  @Order(2)
  void followsASplitAlthoughTheFunctionThatDrainsTheParentIsKilled() {
    Shard parent = roots.getFirst();
    boolean inReach = deployed.processes().areInReach();
    if (inReach) {
      deployed
          .processes()
          .freezeAt("before (PutItem|TransactWriteItems) JOURNAL.*" + parent.id() + " Closed.*");
    }
    try (FlightsFeed feed = FlightsFeed.of(flights, roots)) {
      stream.split(parent);
      if (inReach) {
        Frozen drain = deployed.processes().awaitFrozen(SOON);
        assertThat(isClosed(parent)).as("the drain has not written its last entry").isFalse();
        deliverToChild(parent);
        assertThat(isClosed(parent)).as("its child's function has drained it instead").isTrue();
        deployed.processes().kill(drain.pid());
        tell("KILLED process " + drain.pid() + " " + drain.point());
      } else {
        System.out.println(
            "skipped, as LocalStack runs functions in containers of their own here: killing the"
                + " function that drains a parent");
      }
      job.awaitReshards();
    }
    job.awaitApplied();

    assertThat(isClosed(parent)).isTrue();
    assertThat(childrenOf(parent)).hasSize(2);
    compare();
  }

  @Test
  @Order(3)
  void followsASplitOfAChildAndAMergeAtOnce() {
    List<Shard> children = childrenOf(roots.getFirst());
    Shard lower = children.getFirst();
    Shard upper = children.getLast();
    try (FlightsFeed feed = FlightsFeed.of(flights, roots)) {
      stream.split(upper);
      stream.merge(lower.id(), childrenOf(upper).getFirst().id());
      job.awaitReshards();
    }
    job.awaitApplied();

    Shard merged = childrenOf(lower).getFirst();
    assertThat(merged.parents())
        .containsExactlyInAnyOrder(lower.id(), childrenOf(upper).getFirst().id());
    assertThat(job.openShards())
        .extracting(Shard::id)
        .containsExactlyInAnyOrder(
            roots.getLast().id(), merged.id(), childrenOf(upper).getLast().id());
    compare();
    done("shards");
  }

  @Test
  @Order(4)
  void aCheckpointCompletesOfTheOpenShards() {
    flights.send(50, roots);
    job.awaitApplied();
    Checkpoint.Completed checkpoint = job.awaitCovered();
    assertThat(checkpoint.trigger().expected().count()).isEqualTo(3);
  }

  @Test
  @Order(5)
  void isRestoredToBeforeTheFirstSplitWhileItIsFed() {
    long epoch = job.job().orElseThrow().epoch().value();
    ShardId parent = roots.getFirst().id();
    ShardId child = childrenOf(roots.getFirst()).getFirst().id();
    Revision ofParent = job.head(parent).orElseThrow().revision();
    Revision ofChild = job.head(child).orElseThrow().revision();
    try (FlightsFeed feed = FlightsFeed.of(flights, roots)) {
      done("restore", beforeTheFirstSplit.orElseThrow().id().toString());
    }
    job.awaitRunning();
    job.awaitApplied();

    assertThat(job.job().orElseThrow().refusal()).isEmpty();
    assertThat(job.shards())
        .allSatisfy(
            shard ->
                assertThat(job.head(shard.id()).orElseThrow().epoch().value())
                    .isEqualTo(epoch + 1));
    assertThat(restoredTo(parent, ofParent))
        .as("the first parent is live again")
        .containsExactly(Entry.Restored.Mode.LIVE);
    assertThat(isClosed(roots.getFirst())).as("and it was drained again").isTrue();
    assertThat(restoredTo(child, ofChild))
        .as("its child has to be opened again")
        .containsExactly(Entry.Restored.Mode.UNOPENED);
    compare();
    done("shards");
  }

  /** Delivers a child's first records while the parent is being drained by another process. */
  private void deliverToChild(Shard parent) {
    ShardId child = childrenOf(parent).getFirst().id();
    await("a record of " + child).atMost(SOON).until(() -> !job.records(child).isEmpty());
    deployed.deliver(child, job.records(child));
  }

  private List<Entry.Restored.Mode> restoredTo(ShardId shard, Revision after) {
    return job.journal(shard, after).stream()
        .filter(Entry.Restored.class::isInstance)
        .map(entry -> ((Entry.Restored) entry).mode())
        .toList();
  }

  private boolean isClosed(Shard shard) {
    return job.journal(shard.id()).getFirst() instanceof Entry.Closed closed
        && closed.header().position().equals(Position.end());
  }

  /** The children of a shard, lower hashes first. */
  private List<Shard> childrenOf(Shard parent) {
    ShardId id = parent.id();
    return byRange(job.shards().stream().filter(shard -> shard.parents().contains(id)).toList());
  }

  private static List<Shard> byRange(List<Shard> shards) {
    return shards.stream().sorted(Comparator.comparing(shard -> shard.range().from())).toList();
  }

  private String done(String... command) {
    var answer = deployed.typed().cairn(command);
    tell(answer.out());
    assertThat(answer.exitCode()).as(answer.out() + answer.err()).isZero();
    return answer.out();
  }

  private void compare() {
    Comparison equal = job.compare();
    assertThat(equal.records()).isEqualTo(flights.sent());
    assertThat(equal.cells()).isGreaterThan(500);
    tell("EQUAL: " + equal + ", " + job.openShards().size() + " open of " + job.shards().size());
  }

  private void tell(String line) {
    report.append(Instant.now()).append(' ').append(line).append('\n');
    System.out.println(line);
  }
}
