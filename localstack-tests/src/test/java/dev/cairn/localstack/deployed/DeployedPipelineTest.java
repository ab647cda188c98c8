package dev.cairn.localstack.deployed;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.id.JobId;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.localstack.cli.TypedCommand;
import dev.cairn.localstack.deployed.DeployedJob.Comparison;
import dev.cairn.localstack.deployed.FunctionProcesses.Frozen;
import dev.cairn.localstack.deployed.Grants.Statement;
import dev.cairn.localstack.deployed.RecordedCalls.Call;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileStorage.Stored;
import dev.cairn.storage.Layout;
import dev.cairn.stream.Shard;
import dev.cairn.stream.StreamRecord;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
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
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.services.iam.IamClient;
import software.amazon.awssdk.services.lambda.LambdaClient;
import software.amazon.awssdk.services.lambda.model.InvokeResponse;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * The example's real app on LocalStack: deployed once, fed with real flights, and hurt. Each test
 * goes on from where the one before left the job, and ends with all state compared key by key.
 */
@EnabledIf("dev.cairn.localstack.deployed.LocalCloud#isAvailable")
@TestInstance(Lifecycle.PER_CLASS)
@TestMethodOrder(OrderAnnotation.class)
class DeployedPipelineTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(45);
  private static final Duration SOON = Duration.ofMinutes(3);

  /** What Lambda itself does in a function's role, to feed it and to keep what it prints. */
  private static final Set<String> OF_LAMBDA =
      Set.of("SourceMapping", "TickQueueMapping", "TableStreamMapping", "TableStreams", "Logs");

  private DeployedFlights deployed;
  private LocalCloud cloud;
  private FunctionProcesses processes;
  private DeployedJob job;
  private TypedCommand typed;
  private Flights flights;
  private LambdaClient lambda;
  private SqsClient sqs;
  private String events;
  private StackOutputs outputs;
  private final StringBuilder report = new StringBuilder();

  @BeforeAll
  void deploy(@TempDir Path folder) throws IOException {
    deployed =
        DeployedFlights.deploy(
            folder,
            List.of(
                "interval=10 s",
                "numRetained=4",
                "timeout=" + TIMEOUT.toSeconds() + " s",
                "batchSize=500",
                "events=default"));
    cloud = deployed.cloud();
    outputs = deployed.outputs();
    lambda = deployed.lambda();
    processes = deployed.processes();
    job = deployed.job();
    typed = deployed.typed();
    flights = deployed.flights();
    sqs = cloud.client(SqsClient.builder());
    events = sqs.createQueue(create -> create.queueName("events")).queueUrl();
    cloud.routeEvents(
        sqs.getQueueAttributes(
                get -> get.queueUrl(events).attributeNames(QueueAttributeName.QUEUE_ARN))
            .attributes()
            .getOrDefault(QueueAttributeName.QUEUE_ARN, "none"));
  }

  @AfterAll
  void stop() throws IOException {
    if (deployed != null) {
      Files.writeString(Path.of("target", "deployed-pipeline.txt"), report);
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
          deployed.tellLogs(DeployedPipelineTest.this::tell);
        }
      };

  @Test
  @Order(1)
  void takesCheckpointsOnItsSchedule() {
    flights.send(1_000, job.shards());
    job.awaitApplied();
    Checkpoint.Completed first = job.awaitCovered();
    flights.send(500, job.shards());
    job.awaitApplied();
    Checkpoint.Completed second = job.awaitCovered();

    assertThat(first.trigger().expected().count()).isEqualTo(4);
    assertThat(Duration.between(first.trigger().triggeredAt(), second.trigger().triggeredAt()))
        .as("each on its own point of the grid: one that was late does not delay the next")
        .isGreaterThanOrEqualTo(Duration.ofSeconds(5));
    compare();
  }

  @Test
  @Order(2)
  void isRestoredByUpdateItemUnderLoadWhileOneShardIsIdle() {
    List<Shard> busy = job.shards().subList(0, 3);
    Shard idle = job.shards().get(3);
    flights.send(500, job.shards());
    job.awaitApplied();
    Position idleAt = head(idle).position();

    CompletableFuture<Void> load = CompletableFuture.runAsync(() -> flights.send(1_500, busy));
    Checkpoint.Completed oldest = oldestThatStays();
    long epoch = job.job().orElseThrow().epoch().value();
    job.restore(oldest);
    job.awaitEpoch(epoch + 1);
    load.join();
    job.awaitApplied();
    job.awaitRunning();

    assertThat(job.job().orElseThrow().refusal()).isEmpty();
    for (Shard shard : job.shards()) {
      assertThat(head(shard).epoch().value()).isEqualTo(epoch + 1);
    }
    assertThat(head(idle).position()).isEqualTo(idleAt);
    compare();
  }

  @Test
  @Order(3)
  void losesNothingWhenAProcessIsKilledInMidBatch() {
    assumeProcessesInReach();
    ShardId shard = job.shards().getFirst().id();
    processes.freezeAt("before (PutItem|TransactWriteItems) JOURNAL.*" + shard + " Advanced.*");
    flights.send(500, job.shards());
    Frozen killed = processes.awaitFrozen(SOON);
    processes.kill(killed.pid());

    job.awaitApplied();
    assertThat(processes.state(killed.pid())).isEmpty();
    tell("KILLED process " + killed.pid() + " " + killed.point());
    compare();
  }

  @Test
  @Order(4)
  void aFrozenProcessThatWakesAfterAnotherCommittedLoses() {
    assumeProcessesInReach();
    ShardId shard = job.shards().get(1).id();
    processes.freezeAt("after PutObject flights/taskowned/.*" + shard + "/delta-.*");
    flights.send(500, List.of(job.shards().get(1)));
    Frozen zombie = processes.awaitFrozen(SOON);
    FilePath delta = new FilePath(zombie.point().replaceFirst("after PutObject ", ""));
    Layout.Owned prepared = Layout.parse(delta).orElseThrow();
    Entry.Header before = job.head(shard).orElseThrow();
    // The coordinator may have triggered a checkpoint meanwhile.
    assertThat(job.journal(shard, prepared.base()))
        .as("the zombie has written its delta, and not its entry")
        .noneMatch(Entry.Advanced.class::isInstance);

    // A second delivery of what another invocation is at work on.
    deployed.deliver(shard, recordsAfter(shard, before.position()));
    Entry.Header winner = job.head(shard).orElseThrow();
    assertThat(winner.revision().value()).isGreaterThan(before.revision().value());
    tell("ZOMBIE process " + zombie.pid() + " was stopped " + zombie.point());
    tell("  revision " + before.revision().next() + " went to another; it is thawed now");
    processes.thaw(zombie.pid());

    job.awaitApplied();
    tell(job.dump(shard));
    assertThat(job.journal(shard))
        .extracting(entry -> entry.header().id())
        .doesNotContain(prepared.entry());
    compare();

    flights.send(200, job.shards());
    await("the delta that the zombie left behind to be collected")
        .atMost(Duration.ofMinutes(5))
        .pollInterval(Duration.ofSeconds(2))
        .until(
            () -> {
              flights.send(20, job.shards());
              return job.storage().head(delta).isEmpty();
            });
    job.awaitApplied();
  }

  @Test
  @Order(5)
  void anotherCoordinatorEndsTheRestoreOfOneThatWasKilled() {
    assumeProcessesInReach();
    flights.send(500, job.shards());
    job.awaitApplied();
    Checkpoint.Completed oldest = oldestThatStays();
    long epoch = job.job().orElseThrow().epoch().value();
    Map<ShardId, Revision> before =
        job.shards().stream().collect(toMap(Shard::id, shard -> head(shard).revision()));
    processes.freezeAt("after (PutItem|TransactWriteItems) JOURNAL.* Restored.*");
    job.restore(oldest);
    Frozen coordinator = processes.awaitFrozen(SOON);
    // It writes to many journals at once, and the next tick's coordinator may already be at work.
    assertThat(job.job().orElseThrow().epoch().value()).isEqualTo(epoch + 1);
    processes.kill(coordinator.pid());

    job.awaitRunning();
    job.awaitApplied();
    assertThat(job.job().orElseThrow().epoch().value()).isEqualTo(epoch + 1);
    assertThat(job.shards())
        .as("each journal was restored once, by whichever of the two")
        .allSatisfy(
            shard ->
                assertThat(job.journal(shard.id(), requireNonNull(before.get(shard.id()))))
                    .filteredOn(Entry.Restored.class::isInstance)
                    .filteredOn(entry -> entry.header().epoch().value() == epoch + 1)
                    .hasSize(1));
    tell("KILLED coordinator " + coordinator.pid() + " " + coordinator.point());
    compare();
  }

  @Test
  @Order(6)
  void isStoppedWithASavepointAndCancelledAndResumed() {
    flights.send(300, job.shards());
    List<String> stopped = done(typed.cairn("stop", "for-the-night"));
    assertThat(stopped).anyMatch(line -> line.matches("stopped +the job is STOPPED .*"));
    assertThat(job.job().orElseThrow().status()).isInstanceOf(JobStatus.Halted.class);
    awaitMapping("Disabled");

    List<Position> stoodAt = positions();
    flights.send(400, job.shards());
    assertThat(typed.cairn("checkpoint").out())
        .contains("refused    the job is STOPPED and takes no checkpoints");
    assertThat(positions()).as("nothing is consumed meanwhile").isEqualTo(stoodAt);

    done(typed.cairn("cancel", "--retain"));
    done(typed.cairn("resume"));
    awaitMapping("Enabled");
    job.awaitApplied();
    compare();
  }

  @Test
  @Order(7)
  void isRestoredToASavepointAndThatIsUndoneAndItIsDisposedOf() {
    done(typed.cairn("savepoint", "before-upgrade"));
    Checkpoint.Completed savepoint = job.awaitCausedBy("savepoint before-upgrade");
    assertThat(savepoint.metadata().path().value())
        .isEqualTo("savepoints/flights/savepoint-" + savepoint.id() + "-before-upgrade/_metadata");
    FilePath directory = savepoint.trigger().savepoint().orElseThrow().directory();
    flights.send(300, job.shards());
    job.awaitApplied();
    done(typed.cairn("checkpoint"));

    List<String> dryRun = done(typed.cairn("restore", savepoint.id().toString(), "--dry-run"));
    assertThat(dryRun)
        .anyMatch(line -> line.matches("replay +1,200 records, of the last .*"))
        .anyMatch(
            line -> line.matches("retention +the stream keeps the needed records for another .*"))
        .contains("Nothing was changed.");
    done(typed.cairn("restore", savepoint.id().toString()));
    job.awaitApplied();
    compare();

    done(typed.cairn("undo"));
    job.awaitApplied();
    compare();
    done(typed.cairn("restore", directory.value()));
    job.awaitApplied();
    compare();
    done(typed.cairn("checkpoint"));
    done(typed.cairn("dispose", savepoint.id().toString()));
    assertThat(job.storage().list(directory)).isEmpty();
    assertThat(typed.cairn("restore", savepoint.id().toString()).out())
        .contains("checkpoint " + savepoint.id() + " is DISPOSED");
  }

  @Test
  @Order(8)
  void isRestoredToTheLatestAndAskedByAttributeAndByPayloadToo() {
    flights.send(100, job.shards());
    job.awaitApplied();
    done(typed.cairn("checkpoint"));
    done(typed.cairn("restore", "latest"));
    job.awaitApplied();

    job.set("command", "savepoint by-attribute");
    job.awaitCausedBy("savepoint by-attribute");

    String answer = call("{\"cairn\":\"savepoint by-payload\"}");
    assertThat(answer)
        .contains("\"accepted\" : \"savepoint by-payload\"", "\"status\" : \"RUNNING\"");
    job.awaitCausedBy("savepoint by-payload");
    assertThat(call("{\"cairn\":\"make it so\"}"))
        .contains("\"refused\" : \"\\\"make\\\" is not a command; the commands are checkpoint,");
    compare();
  }

  @Test
  @Order(9)
  void isForkedAndTheForkIsLetGo() {
    done(typed.cairn("checkpoint"));
    String latest = job.job().flatMap(Job::latest).orElseThrow().toString();
    JobId trial = new JobId("flights-trial");

    assertThat(done(typed.cairn("fork", latest, "--as", trial.value())))
        .anyMatch(line -> line.matches("forked +.*" + trial + ".*"));
    assertThat(job.job(trial).map(Job::status)).get().isInstanceOf(JobStatus.Restoring.class);
    done(typed.cairn("fork", "--release", trial.value()));
    assertThat(job.job(trial).map(Job::status)).get().isInstanceOf(JobStatus.Halted.class);
  }

  /** The lines that were answered, if it was done. */
  private List<String> done(TypedCommand.Answer answer) {
    answer.out().lines().forEach(this::tell);
    assertThat(answer.exitCode()).as(answer.out() + answer.err()).isZero();
    return answer.out().lines().toList();
  }

  private List<Position> positions() {
    return job.shards().stream().map(shard -> head(shard).position()).toList();
  }

  private Entry.Header head(Shard shard) {
    return job.head(shard.id()).orElseThrow();
  }

  private void awaitMapping(String state) {
    await("the mapping to be " + state)
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                lambda
                    .listEventSourceMappings(
                        list ->
                            list.functionName(DeployedFlights.functionName(outputs.taskFunction())))
                    .eventSourceMappings()
                    .stream()
                    .allMatch(mapping -> mapping.state().equals(state)));
  }

  /** {@code aws lambda invoke}. */
  private String call(String payload) {
    InvokeResponse answer =
        lambda.invoke(
            invoke ->
                invoke
                    .functionName(outputs.coordinator())
                    .payload(SdkBytes.fromUtf8String(payload)));
    assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
    tell(answer.payload().asUtf8String());
    return answer.payload().asUtf8String();
  }

  @Test
  @Order(10)
  void aDamagedFileIsFoundBeforeAnybodyNeedsItAndAClaimedSavepointIsTheJobs() {
    done(typed.cairn("savepoint", "to-be-damaged"));
    Checkpoint.Completed savepoint = job.awaitCausedBy("savepoint to-be-damaged");
    FilePath run =
        job.storage().list(savepoint.trigger().savepoint().orElseThrow().directory()).stream()
            .map(Stored::path)
            .filter(path -> path.fileName().startsWith("run-"))
            .findFirst()
            .orElseThrow();
    byte[] intact = job.storage().get(run).orElseThrow();
    byte[] damaged = intact.clone();
    damaged[damaged.length / 2] ^= 1;

    job.overwrite(run, damaged);
    scrub();
    assertThat(typed.cairn("checkpoints").out()).contains("DAMAGED");
    assertThat(typed.cairn("restore", savepoint.id().toString()).out())
        .contains("file " + run + " was found damaged at ");

    job.overwrite(run, intact);
    scrub();
    assertThat(typed.cairn("checkpoints").out()).doesNotContain("DAMAGED");

    FilePath directory = savepoint.trigger().savepoint().orElseThrow().directory();
    done(typed.cairn("restore", directory.value(), "--claim-mode", "CLAIM"));
    job.awaitApplied();
    compare();
    done(typed.cairn("checkpoint"));
    await("the claim to be for good")
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(500))
        .until(
            () ->
                job.checkpoints().stream()
                    .filter(Checkpoint.Subsumed.class::isInstance)
                    .anyMatch(one -> one.id().equals(savepoint.id())));
    assertThat(typed.cairn("restore", directory.value()).out()).contains("was claimed");
  }

  private void scrub() {
    InvokeResponse answer =
        lambda.invoke(
            invoke ->
                invoke.functionName(outputs.scrubber()).payload(SdkBytes.fromUtf8String("{}")));
    assertThat(answer.functionError()).as(answer.payload().asUtf8String()).isNull();
  }

  @Test
  @Order(11)
  void theBusWasToldOfAllThat() {
    Set<String> told = new TreeSet<>();
    await("what the bus was told of")
        .atMost(SOON)
        .untilAsserted(
            () -> {
              receive().forEach(event -> told.add(event.path("detail-type").asText()));
              assertThat(told)
                  .contains(
                      "Checkpoint Completed",
                      "Job Restore Begun",
                      "Job Restored",
                      "Job Halted",
                      "Job Resumed");
            });
  }

  private List<JsonNode> receive() throws IOException {
    List<JsonNode> received = new ArrayList<>();
    for (Message message :
        sqs.receiveMessage(ask -> ask.queueUrl(events).maxNumberOfMessages(10)).messages()) {
      JsonNode event = new ObjectMapper().readTree(message.body());
      assertThat(event.path("source").asText()).isEqualTo("cairn");
      assertThat(event.at("/detail/job").asText()).isEqualTo("flights");
      received.add(event);
      sqs.deleteMessage(done -> done.queueUrl(events).receiptHandle(message.receiptHandle()));
    }
    return received;
  }

  @Test
  @Order(12)
  void whatIsGrantedIsWhatIsUsed() {
    assumeProcessesInReach();
    assertGrantsAreUsed(DeployedFlights.functionName(outputs.taskFunction()));
    assertGrantsAreUsed(DeployedFlights.functionName(outputs.coordinator()));
  }

  private void assumeProcessesInReach() {
    boolean inReach = processes.areInReach();
    if (!inReach) {
      System.out.println(
          "skipped, as LocalStack runs functions in containers of their own here: killing and"
              + " freezing them, and what only a run with that calls");
    }
    Assumptions.assumeTrue(inReach, "functions are in containers of their own");
  }

  private void assertGrantsAreUsed(String function) {
    IamClient iam = cloud.client(IamClient.builder());
    String role = lambda.getFunctionConfiguration(get -> get.functionName(function)).role();
    List<Statement> statements = Grants.of(iam, role.substring(role.lastIndexOf('/') + 1));
    List<Statement> ours =
        statements.stream().filter(one -> !OF_LAMBDA.contains(one.purpose())).toList();
    Set<Call> calls = RecordedCalls.of(cloud, function);
    tell("CALLS of " + function);
    calls.forEach(call -> tell("  " + call));

    for (Call call : calls) {
      assertThat(ours).as("%s is granted", call).anyMatch(statement -> statement.allows(call));
    }
    Set<String> used =
        calls.stream().map(Call::action).collect(Collectors.toCollection(TreeSet::new));
    // S3 asks for it when a file is not there, instead of being asked by a call.
    used.add("s3:ListBucket");
    // The coordinator signs this one itself, past the probe; that it did, the bus has shown.
    if (function.equals(DeployedFlights.functionName(outputs.coordinator()))) {
      used.add("events:PutEvents");
      // Subtasks are retired only where a stream was split or merged.
      used.add("dynamodb:DeleteItem");
    }
    Set<String> granted =
        ours.stream()
            .flatMap(statement -> statement.actions().stream())
            .collect(Collectors.toCollection(TreeSet::new));
    assertThat(granted).as("what %s may do and what it did", function).isEqualTo(used);
    assertThat(statements)
        .allSatisfy(
            statement -> {
              assertThat(statement.actions()).noneMatch(action -> action.contains("*"));
              // A list of mappings cannot be granted for one.
              if (!statement.purpose().equals("OtherMappings")) {
                assertThat(statement.resources()).noneMatch(resource -> resource.equals("*"));
              }
            });
  }

  private Checkpoint.Completed oldestThatStays() {
    List<Checkpoint.Completed> completed =
        job.checkpoints().stream()
            .filter(Checkpoint.Completed.class::isInstance)
            .map(Checkpoint.Completed.class::cast)
            .toList();
    // The very oldest may give way to the next one to complete, right now.
    return completed.get(Math.min(1, completed.size() - 1));
  }

  private List<StreamRecord> recordsAfter(ShardId shard, Position position) {
    return job.records(shard).stream()
        .filter(record -> position.isBefore(record.sequenceNumber()))
        .toList();
  }

  private void compare() {
    Comparison equal = job.compare();
    assertThat(equal.records()).isEqualTo(flights.sent());
    assertThat(equal.cells()).isGreaterThan(1_000);
    tell("EQUAL: " + equal + ", " + job.job().map(Job::status).orElseThrow());
  }

  private void tell(String line) {
    report.append(line).append('\n');
    System.out.println(line);
  }
}
