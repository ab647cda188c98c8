package dev.cairn.dynamodb;

import static dev.cairn.dynamodb.CheckpointItems.COMPLETED;
import static dev.cairn.dynamodb.CheckpointItems.PENDING;
import static dev.cairn.dynamodb.CheckpointItems.SUBSUMED;
import static dev.cairn.dynamodb.JobItems.REPLAYING;
import static dev.cairn.dynamodb.JobItems.RESTORING;
import static dev.cairn.dynamodb.JobItems.RUNNING;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.checkpoint.CheckpointStore;
import dev.cairn.checkpoint.Job;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.parallel.FanOut;
import dev.cairn.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;

/**
 * A job, its checkpoints and their acknowledgements in DynamoDB. Every condition of the protocol is
 * a condition of the write.
 */
public final class DynamoDbCheckpointStore implements CheckpointStore {
  private static final Duration LONGEST_DISPLAY = Duration.ofDays(30);
  // With short intervals a month is more than anybody reads, and all of it is one partition.
  private static final int MOST_DISPLAYED = 10_000;

  private final Table table;
  private final InstantSource clock;
  private final CheckpointSettings deployed;
  private final FanOut fanOut;
  private final ExpectedLists lists;

  /**
   * @param clock from which the expiry of subsumed checkpoints counts
   * @param deployed what holds where a job's item says nothing else
   * @param fanOut reads the answers to a checkpoint, which lie in several places
   */
  public DynamoDbCheckpointStore(
      DynamoDbClient client,
      String tableName,
      Backoff backoff,
      InstantSource clock,
      CheckpointSettings deployed,
      FanOut fanOut) {
    this.table = new Table(client, tableName, backoff);
    this.clock = clock;
    this.deployed = deployed;
    this.fanOut = fanOut;
    this.lists = new ExpectedLists(table, clock);
  }

  public DynamoDbCheckpointStore(
      DynamoDbClient client,
      String tableName,
      Backoff backoff,
      InstantSource clock,
      CheckpointSettings deployed) {
    this(client, tableName, backoff, clock, deployed, FanOut.ONE_BY_ONE);
  }

  public DynamoDbCheckpointStore(
      DynamoDbClient client, String tableName, Backoff backoff, InstantSource clock) {
    this(client, tableName, backoff, clock, CheckpointSettings.DEFAULTS);
  }

  @Override
  public Optional<Job> job(JobId job) {
    return table.get(TableLayout.jobKey(job)).map(item -> JobItems.read(job, item, deployed));
  }

  @Override
  public boolean create(Job job) {
    return table.putIfFree("create job " + job.id(), JobItems.write(job, deployed));
  }

  @Override
  public List<SubtaskId> subtasks(JobId job) {
    return itemsOf(job, TableLayout.SUBTASK_PREFIX).stream()
        .map(
            item ->
                item.parse(
                    TableLayout.SK, registeredName(item), name -> TableLayout.subtask(job, name)))
        .sorted()
        .toList();
  }

  private static String registeredName(Item registration) {
    return registration.text(TableLayout.SK).substring(TableLayout.SUBTASK_PREFIX.length());
  }

  @Override
  public Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return table.get(TableLayout.checkpointKey(job, id)).map(item -> read(job, item));
  }

  @Override
  public List<Checkpoint> checkpoints(JobId job, CheckpointId from) {
    return table
        .query(
            "checkpoints of job " + job,
            query ->
                query
                    .keyConditionExpression("pk = :job AND sk BETWEEN :first AND :last")
                    .expressionAttributeValues(
                        Map.of(
                            ":job",
                            AttributeValue.fromS(TableLayout.jobPk(job)),
                            ":first",
                            AttributeValue.fromS(TableLayout.checkpointSk(from)),
                            ":last",
                            AttributeValue.fromS(
                                TableLayout.checkpointSk(new CheckpointId(Long.MAX_VALUE))))))
        .stream()
        .map(item -> read(job, item))
        .toList();
  }

  private Checkpoint read(JobId job, Item item) {
    return CheckpointItems.read(job, item, expected -> lists.find(job, expected));
  }

  /** How long people can still see a checkpoint that is over. */
  private Duration display() {
    Duration ofMany =
        deployed
            .interval()
            .map(every -> every.multipliedBy(MOST_DISPLAYED))
            .orElse(LONGEST_DISPLAY);
    return ofMany.compareTo(LONGEST_DISPLAY) < 0 ? ofMany : LONGEST_DISPLAY;
  }

  private List<Item> itemsOf(JobId job, String prefix) {
    return table.query(
        prefix + " items of job " + job,
        query ->
            query
                .keyConditionExpression("pk = :job AND begins_with(sk, :prefix)")
                .expressionAttributeValues(
                    Map.of(
                        ":job",
                        AttributeValue.fromS(TableLayout.jobPk(job)),
                        ":prefix",
                        AttributeValue.fromS(prefix))));
  }

  @Override
  public boolean begin(Checkpoint.Pending pending) {
    Checkpoint.Triggering trigger = pending.trigger();
    // Before anything refers to it: what another coordinator finds pending has its list.
    lists.keep(trigger.job(), pending.subtasks());
    Change takeId =
        changeJob(trigger.job())
            .set("nextCheckpoint = :following")
            .onlyIf("#status IN (:running, :replaying)")
            .onlyIf("epoch = :epoch")
            .onlyIf("nextCheckpoint = :id")
            .value(":running", RUNNING)
            .value(":replaying", REPLAYING)
            .value(":epoch", trigger.epoch().value())
            .value(":id", trigger.id().value())
            .value(":following", trigger.id().next().value());
    return succeeds(
            "begin " + name(pending),
            table.change(takeId),
            table.putIfFree(CheckpointItems.write(pending)))
        || isStored(pending);
  }

  @Override
  public boolean complete(Checkpoint.Completed completed) {
    Checkpoint.Triggering trigger = completed.trigger();
    Change makeLatest =
        changeJob(trigger.job())
            .set("latestCheckpoint = :id")
            .onlyIf("epoch = :epoch")
            .onlyIf("(attribute_not_exists(latestCheckpoint) OR latestCheckpoint < :id)")
            .value(":epoch", trigger.epoch().value())
            .value(":id", trigger.id().value());
    return succeeds(
            "complete " + name(completed),
            table.change(makeLatest),
            table.putOver(PENDING, CheckpointItems.write(completed)))
        || isStored(completed);
  }

  @Override
  public boolean abort(Checkpoint.Aborted aborted) {
    return succeeds(
            "abort " + name(aborted),
            table.putOver(PENDING, CheckpointItems.write(aborted, display())))
        || isStored(aborted);
  }

  @Override
  public boolean subsume(Checkpoint.Completed completed, Epoch epoch) {
    Change notBeingRestored =
        changeJob(completed.job())
            .onlyIf("epoch = :epoch")
            .onlyIf("(attribute_not_exists(restoringFrom) OR restoringFrom <> :id)")
            .value(":epoch", epoch.value())
            .value(":id", completed.id().value());
    Change subsume =
        whileCompleted(completed.job(), completed.id())
            .set("#status = :subsumed")
            .set("expiresAt = :expiresAt")
            .value(":subsumed", SUBSUMED)
            .values(Map.of(":expiresAt", Item.expiry(clock.instant().plus(display()))));
    return succeeds(
        "subsume " + name(completed), table.require(notBeingRestored), table.change(subsume));
  }

  private boolean succeeds(String what, TransactWriteItem... writes) {
    return table.transact(what, List.of(writes)).isEmpty();
  }

  private static String name(Checkpoint checkpoint) {
    return "checkpoint " + checkpoint.id() + " of job " + checkpoint.job();
  }

  private boolean isStored(Checkpoint checkpoint) {
    return checkpoint(checkpoint.job(), checkpoint.id()).equals(Optional.of(checkpoint));
  }

  @Override
  public boolean acknowledge(Acknowledgement acknowledgement) {
    return table.putIfFree(
        "acknowledge checkpoint "
            + acknowledgement.checkpoint()
            + " by "
            + acknowledgement.subtask(),
        AcknowledgementItems.write(acknowledgement, clock.instant()));
  }

  @Override
  public List<Acknowledgement> acknowledgements(JobId job, CheckpointId id) {
    return acknowledgements(job, id, TableLayout.PARTS.chars().mapToObj(part -> (char) part));
  }

  @Override
  public List<Acknowledgement> acknowledgements(Checkpoint.Pending pending) {
    return acknowledgements(
        pending.job(), pending.id(), pending.subtasks().stream().map(TableLayout::part));
  }

  private List<Acknowledgement> acknowledgements(
      JobId job, CheckpointId id, Stream<Character> parts) {
    return fanOut.map(parts.distinct().toList(), part -> acknowledgements(job, id, part)).stream()
        .flatMap(List::stream)
        .sorted(Comparator.comparing(Acknowledgement::subtask))
        .toList();
  }

  private List<Acknowledgement> acknowledgements(JobId job, CheckpointId id, char part) {
    Consumer<QueryRequest.Builder> answers =
        query ->
            query
                .keyConditionExpression("pk = :checkpoint")
                .expressionAttributeValues(
                    Map.of(
                        ":checkpoint",
                        AttributeValue.fromS(TableLayout.acknowledgementsPk(job, id, part))));
    return table.query("acknowledgements of checkpoint " + id + " of job " + job, answers).stream()
        .map(item -> AcknowledgementItems.read(job, id, item))
        .toList();
  }

  @Override
  public boolean requestRestore(JobId job, String checkpointId) {
    Change request =
        changeJob(job)
            .set(RestoreRequest.ATTRIBUTE + " = :checkpoint")
            .onlyIf("attribute_exists(pk)")
            .value(":checkpoint", checkpointId);
    return table.change("request a restore of job " + job, request);
  }

  @Override
  public boolean beginRestore(
      Job seen, CheckpointId from, Optional<Checkpoint.Pending> pending, Instant now) {
    if (pending.filter(one -> one.id().equals(from)).isPresent()) {
      return false;
    }
    List<TransactWriteItem> beside = new ArrayList<>();
    beside.add(table.require(whileCompleted(seen.id(), from)));
    pending.ifPresent(
        one ->
            beside.add(
                table.putOver(
                    PENDING, CheckpointItems.write(one.abortedByRestore(from, now), display()))));
    Change restore =
        changeJob(seen.id())
            .set("epoch = :raised")
            .set("#status = :restoring")
            .set("restoringFrom = :from")
            .remove("restoreRefusal")
            .onlyIf("epoch = :seen")
            .value(":seen", seen.epoch().value())
            .value(":raised", seen.epoch().next().value())
            .value(":restoring", RESTORING)
            .value(":from", from.value());
    if (seen.restoreCheckpointId().isEmpty()) {
      return beginRestore(restore, beside);
    }
    // No update removes an attribute only if it is unchanged, so each case is a transaction of its
    // own.
    RestoreRequest request = new RestoreRequest(seen.restoreCheckpointId().get());
    Change withRequest = restore.values(request.values());
    return beginRestore(
            withRequest.onlyIf(request.isThere()).remove(RestoreRequest.ATTRIBUTE), beside)
        || beginRestore(withRequest.onlyIf(request.isGone()), beside);
  }

  private boolean beginRestore(Change job, List<TransactWriteItem> beside) {
    List<TransactWriteItem> writes = new ArrayList<>(beside);
    writes.addFirst(table.change(job));
    return table.transact("begin a restore", writes).isEmpty();
  }

  @Override
  public boolean refuseRestore(Job seen, String reason, Instant now) {
    if (seen.restoreCheckpointId().isEmpty()) {
      return seen.status().restoringFrom().isPresent()
          && explain(seen, seen.status().restoringFrom().get(), reason, now);
    }
    RestoreRequest request = new RestoreRequest(seen.restoreCheckpointId().get());
    Job.Refusal refusal = new Job.Refusal(request.text(), reason, now);
    Change refuse =
        changeJob(seen.id())
            .set("restoreRefusal = :refusal")
            .remove(RestoreRequest.ATTRIBUTE)
            .onlyIf(request.isThere())
            .values(request.values())
            .values(Map.of(":refusal", AttributeValue.fromM(JobItems.write(refusal).values())));
    return table.change("refuse to restore job " + seen.id(), refuse)
        || isRefused(seen.id(), refusal);
  }

  private boolean explain(Job seen, CheckpointId from, String reason, Instant now) {
    Job.Refusal refusal = new Job.Refusal(from.toString(), reason, now);
    Change explain =
        changeJob(seen.id())
            .set("restoreRefusal = :refusal")
            .onlyIf("epoch = :epoch")
            .onlyIf("attribute_not_exists(" + RestoreRequest.ATTRIBUTE + ")")
            .value(":epoch", seen.epoch().value())
            .values(Map.of(":refusal", AttributeValue.fromM(JobItems.write(refusal).values())));
    return table.change("say why the restore of job " + seen.id() + " cannot go on", explain);
  }

  private boolean isRefused(JobId id, Job.Refusal refusal) {
    return job(id)
        .filter(
            job ->
                job.restoreCheckpointId().isEmpty() && job.refusal().equals(Optional.of(refusal)))
        .isPresent();
  }

  @Override
  public boolean replay(JobId job, Epoch epoch) {
    return table.change(
        "let job " + job + " replay", moveFrom(RESTORING, job, epoch).value(":to", REPLAYING));
  }

  @Override
  public boolean finishReplay(JobId job, Epoch epoch) {
    Change run = moveFrom(REPLAYING, job, epoch).remove("restoringFrom").value(":to", RUNNING);
    return table.change("let job " + job + " run", run);
  }

  private static Change moveFrom(String status, JobId job, Epoch epoch) {
    return changeJob(job)
        .set("#status = :to")
        .onlyIf("#status = :from")
        .onlyIf("epoch = :epoch")
        .value(":from", status)
        .value(":epoch", epoch.value());
  }

  private static Change changeJob(JobId job) {
    return Change.of(TableLayout.jobKey(job));
  }

  private static Change whileCompleted(JobId job, CheckpointId id) {
    return Change.of(TableLayout.checkpointKey(job, id))
        .onlyIf("#status = :completed")
        .value(":completed", COMPLETED);
  }
}
