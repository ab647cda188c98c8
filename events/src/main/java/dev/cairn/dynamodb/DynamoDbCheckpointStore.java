package dev.cairn.dynamodb;

import static dev.cairn.dynamodb.CheckpointItems.COMPLETED;
import static dev.cairn.dynamodb.CheckpointItems.PENDING;
import static dev.cairn.dynamodb.CheckpointItems.SUBSUMED;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.CheckpointSettings;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.job.Request;
import dev.cairn.job.Restoration;
import dev.cairn.parallel.FanOut;
import dev.cairn.retry.Backoff;
import dev.cairn.settings.Configuration;
import dev.cairn.state.Counts;
import dev.cairn.storage.FilePath;
import dev.cairn.storage.FileRef;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
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
  private static final String NOT_PINNED = "NOT contains(" + JobItems.PINNED + ", :id)";

  private final Table table;
  private final InstantSource clock;
  private final CheckpointSettings deployed;
  private final UnaryOperator<CheckpointSettings> possible;
  private final FanOut fanOut;
  private final ExpectedLists lists;
  private final SubtaskRegistrations subtasks;

  /**
   * @param clock determines when subsumed checkpoints expire
   * @param deployed the settings where neither a job's code nor its item sets others
   * @param possible throws an IllegalArgumentException for settings that are not possible where the
   *     job runs
   * @param fanOut reads the acknowledgements of a checkpoint, which are in several partitions
   */
  public DynamoDbCheckpointStore(
      DynamoDbClient client,
      String tableName,
      Backoff backoff,
      InstantSource clock,
      CheckpointSettings deployed,
      UnaryOperator<CheckpointSettings> possible,
      FanOut fanOut) {
    this.table = new Table(client, tableName, backoff);
    this.clock = clock;
    this.deployed = deployed;
    this.possible = possible;
    this.fanOut = fanOut;
    this.lists = new ExpectedLists(table, clock);
    this.subtasks = new SubtaskRegistrations(table);
  }

  public DynamoDbCheckpointStore(
      DynamoDbClient client,
      String tableName,
      Backoff backoff,
      InstantSource clock,
      CheckpointSettings deployed) {
    this(client, tableName, backoff, clock, deployed, UnaryOperator.identity(), FanOut.ONE_BY_ONE);
  }

  public DynamoDbCheckpointStore(
      DynamoDbClient client, String tableName, Backoff backoff, InstantSource clock) {
    this(client, tableName, backoff, clock, CheckpointSettings.DEFAULTS);
  }

  @Override
  public Optional<Job> job(JobId job) {
    // One query reads both, because the registrations of the stages' code sort right after the
    // job's item.
    List<Item> items =
        table.query(
            "job " + job,
            query ->
                query
                    .keyConditionExpression("pk = :job AND begins_with(sk, :item)")
                    .expressionAttributeValues(
                        Map.of(
                            ":job", AttributeValue.fromS(TableLayout.jobPk(job)),
                            ":item", AttributeValue.fromS(TableLayout.JOB_SK))));
    if (items.isEmpty() || !items.getFirst().text(TableLayout.SK).equals(TableLayout.JOB_SK)) {
      return Optional.empty();
    }
    Configuration known = deployed.configuration();
    for (Item registration : items.subList(1, items.size())) {
      known = known.and(RegistrationItems.readSettings(registration));
    }
    return Optional.of(JobItems.read(job, items.getFirst(), known, possible));
  }

  @Override
  public boolean create(Job job) {
    return table.putIfFree("create job " + job.id(), JobItems.write(job, deployed));
  }

  @Override
  public List<SubtaskId> subtasks(JobId job) {
    return subtasks.all(job);
  }

  @Override
  public Optional<SubtaskId> firstSubtask(JobId job) {
    return subtasks.first(job);
  }

  @Override
  public List<SubtaskId> retired(JobId job) {
    return subtasks.retired(job);
  }

  @Override
  public boolean isRetired(SubtaskId subtask) {
    return subtasks.isRetired(subtask);
  }

  @Override
  public Counts countsOfRetired(JobId job) {
    return subtasks.countsOfRetired(job);
  }

  @Override
  public boolean retire(Job seen, SubtaskId subtask, Counts counts) {
    return subtasks.retire(seen, subtask, counts);
  }

  @Override
  public boolean reinstate(Job seen, SubtaskId subtask) {
    return subtasks.reinstate(seen, subtask);
  }

  @Override
  public Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return table.get(TableLayout.checkpointKey(job, id)).map(item -> read(job, item));
  }

  @Override
  public Optional<Checkpoint> checkpointUnlisted(JobId job, CheckpointId id) {
    return table
        .get(TableLayout.checkpointKey(job, id))
        .map(item -> CheckpointItems.read(job, item, expected -> Optional.empty()));
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

  /** Returns how long an ended checkpoint stays visible. */
  private Duration display() {
    return DisplayPeriod.of(deployed);
  }

  private List<Item> itemsOf(JobId job, String prefix) {
    return table.query(prefix + " items of job " + job, query -> ofJob(query, job, prefix));
  }

  private static QueryRequest.Builder ofJob(QueryRequest.Builder query, JobId job, String prefix) {
    return query
        .keyConditionExpression("pk = :job AND begins_with(sk, :prefix)")
        .expressionAttributeValues(
            Map.of(
                ":job",
                AttributeValue.fromS(TableLayout.jobPk(job)),
                ":prefix",
                AttributeValue.fromS(prefix)));
  }

  @Override
  public boolean begin(Checkpoint.Pending pending, Optional<Request> served) {
    Checkpoint.Triggering trigger = pending.trigger();
    // The list is stored before the checkpoint refers to it, so that another coordinator that finds
    // it pending finds its list.
    lists.keep(trigger.job(), pending.subtasks());
    ItemUpdate takeId =
        changeJob(trigger.job())
            .set("nextCheckpoint = :following")
            .onlyIf("#status IN (:running, :replaying, :stopping)")
            .onlyIf("epoch = :epoch")
            .onlyIf("nextCheckpoint = :id")
            .value(":running", StatusItems.RUNNING)
            .value(":replaying", StatusItems.REPLAYING)
            .value(":stopping", StatusItems.STOPPING)
            .value(":epoch", trigger.epoch().value())
            .value(":id", trigger.id().value())
            .value(":following", trigger.id().next().value());
    return succeeds(
            "begin " + name(pending),
            table.change(served.map(request -> removing(takeId, request)).orElse(takeId)),
            table.putIfFree(CheckpointItems.write(pending)))
        || isStored(pending);
  }

  private static ItemUpdate removing(ItemUpdate job, Request request) {
    TypedRequest typed = new TypedRequest(request);
    return job.values(typed.values()).onlyIf(typed.isThere()).remove(typed.attribute());
  }

  @Override
  public boolean complete(Checkpoint.Completed completed) {
    Checkpoint.Triggering trigger = completed.trigger();
    ItemUpdate sameEpoch =
        changeJob(trigger.job()).onlyIf("epoch = :epoch").value(":epoch", trigger.epoch().value());
    TransactWriteItem makeLatest =
        completed.isSavepoint()
            ? table.require(sameEpoch)
            : table.change(
                continuing(sameEpoch, trigger)
                    .set("latestCheckpoint = :id")
                    .onlyIf("(attribute_not_exists(latestCheckpoint) OR latestCheckpoint < :id)")
                    .value(":id", trigger.id().value()));
    return succeeds(
            "complete " + name(completed),
            makeLatest,
            table.putOver(PENDING, CheckpointItems.write(completed)))
        || isStored(completed);
  }

  /** From its completion on, the job's state continues this checkpoint. */
  private static ItemUpdate continuing(ItemUpdate job, Checkpoint.Triggering trigger) {
    return trigger.format().includes(FormatVersion.TWO)
        ? job.set(JobItems.CURRENT + " = :id")
        : job;
  }

  @Override
  public boolean abort(Checkpoint.Aborted aborted) {
    return succeeds(
            "abort " + name(aborted),
            table.putOver(PENDING, CheckpointItems.write(aborted, display())))
        || isStored(aborted);
  }

  @Override
  public boolean end(Checkpoint.Completed completed, Epoch epoch, Checkpoint.Subsumed.End end) {
    ItemUpdate notBeingRestored =
        changeJob(completed.job())
            .onlyIf("epoch = :epoch")
            .onlyIf(NOT_PINNED)
            .onlyIf("(attribute_not_exists(restoringFrom) OR restoringFrom <> :id)")
            .onlyIf("(attribute_not_exists(undoCheckpoint) OR undoCheckpoint <> :id)")
            .value(":epoch", epoch.value())
            .value(":id", completed.id().value());
    return succeeds(
        "subsume " + name(completed),
        table.require(notBeingRestored),
        table.change(subsuming(completed.job(), completed.id(), end)));
  }

  @Override
  public boolean pin(Job seen, CheckpointId id) {
    return succeeds(
        "pin checkpoint " + id + " of job " + seen.id(),
        table.change(pinning(seen, seen.pinning(id).pinned())),
        table.require(whileCompleted(seen.id(), id)));
  }

  @Override
  public boolean unpin(Job seen, CheckpointId id) {
    return succeeds(
        "unpin checkpoint " + id + " of job " + seen.id(),
        table.change(pinning(seen, seen.unpinning(id).pinned())));
  }

  private static ItemUpdate pinning(Job seen, SortedSet<CheckpointId> pinned) {
    ItemUpdate pin =
        pinned.isEmpty()
            ? changeJob(seen.id()).remove(JobItems.PINNED)
            : changeJob(seen.id())
                .set(JobItems.PINNED + " = :pinned")
                .values(Map.of(":pinned", JobItems.writePinned(pinned)));
    pin =
        seen.pinned().isEmpty()
            ? pin.onlyIf("attribute_not_exists(" + JobItems.PINNED + ")")
                .onlyIf("attribute_exists(pk)")
            : pin.onlyIf(JobItems.PINNED + " = :before")
                .values(Map.of(":before", JobItems.writePinned(seen.pinned())));
    return seen.request().isPresent() ? removing(pin, seen.request().get()) : pin;
  }

  private ItemUpdate subsuming(JobId job, CheckpointId id, Checkpoint.Subsumed.End end) {
    ItemUpdate subsuming =
        end == Checkpoint.Subsumed.End.SUBSUMED
            ? whileCompleted(job, id)
            : whileCompleted(job, id)
                .set(CheckpointItems.END + " = :end")
                .value(":end", end.name());
    return subsuming
        .set("#status = :subsumed")
        .set("expiresAt = :expiresAt")
        .value(":subsumed", SUBSUMED)
        .values(Map.of(":expiresAt", Item.expiry(clock.instant().plus(display()))));
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
    Consumer<QueryRequest.Builder> ofPart =
        query ->
            query
                .keyConditionExpression("pk = :checkpoint")
                .expressionAttributeValues(
                    Map.of(
                        ":checkpoint",
                        AttributeValue.fromS(TableLayout.acknowledgementsPk(job, id, part))));
    return table.query("acknowledgements of checkpoint " + id + " of job " + job, ofPart).stream()
        .map(item -> AcknowledgementItems.read(job, id, item))
        .toList();
  }

  @Override
  public boolean request(JobId job, Request request) {
    return table.change("ask something of job " + job, asking(job, request));
  }

  @Override
  public boolean request(Job seen, Request request) {
    ItemUpdate asking = asking(seen.id(), request);
    ItemUpdate ask =
        seen.request(request.attribute())
            .map(TypedRequest::new)
            .map(waiting -> asking.values(waiting.values()).onlyIf(waiting.isThere()))
            .orElseGet(
                () ->
                    asking.onlyIf(
                        "attribute_not_exists(" + request.attribute().attributeName() + ")"));
    return table.change("ask something of job " + seen.id(), ask)
        || job(seen.id()).filter(job -> job.hasRequest(request)).isPresent();
  }

  private static ItemUpdate asking(JobId job, Request request) {
    return changeJob(job)
        .set(request.attribute().attributeName() + " = :asked")
        .onlyIf("attribute_exists(pk)")
        .value(":asked", request.text());
  }

  @Override
  public boolean move(Job seen, JobStatus to, List<Checkpoint.Pending> aborting, Instant now) {
    seen.status().requireLeadsTo(to);
    if (aborting.stream().anyMatch(one -> to.needed().contains(one.id()))) {
      return false;
    }
    List<TransactWriteItem> beside = new ArrayList<>();
    for (CheckpointId id : to.needed()) {
      beside.add(table.require(whileCompleted(seen.id(), id)));
    }
    for (Checkpoint.Pending pending : aborting) {
      Checkpoint.Aborted aborted = to.abort(pending, now);
      beside.add(table.putOver(PENDING, CheckpointItems.write(aborted, display())));
    }
    if (to instanceof JobStatus.Restoring(Restoration from)
        && from.source() instanceof Restoration.Source.Metadata(FileRef file)) {
      file.path()
          .parent()
          .ifPresent(directory -> beside.add(table.require(whileUnclaimed(seen.id(), directory))));
    }
    Optional<Claim> claim = Claim.of(seen, to, id -> metadata(seen.id(), id), now);
    ItemUpdate move = claiming(move(seen, to), to, claim);
    if (seen.request().isEmpty()) {
      return move(seen, move, beside);
    }
    // An update cannot remove an attribute only if it is unchanged, so each case is a transaction
    // of its own.
    TypedRequest request = new TypedRequest(seen.request().get());
    return move(seen, removing(move, request.request()), beside)
        || move(seen, move.values(request.values()).onlyIf(request.absentCondition()), beside);
  }

  private Optional<FileRef> metadata(JobId job, CheckpointId id) {
    return checkpoint(job, id)
        .filter(Checkpoint.Completed.class::isInstance)
        .map(completed -> ((Checkpoint.Completed) completed).metadata());
  }

  /** Only a restore begins a claim, and it takes back the last claim if that was not confirmed. */
  private static ItemUpdate claiming(ItemUpdate move, JobStatus to, Optional<Claim> claim) {
    if (!(to instanceof JobStatus.Restoring)) {
      return move;
    }
    return claim
        .map(
            one ->
                move.set(ClaimItems.CLAIMING + " = :claiming")
                    .values(Map.of(":claiming", ClaimItems.writeClaiming(one))))
        .orElseGet(() -> move.remove(ClaimItems.CLAIMING));
  }

  private static ItemUpdate whileUnclaimed(JobId job, FilePath directory) {
    return ItemUpdate.of(TableLayout.claimKey(job, directory))
        .onlyIf("(attribute_not_exists(pk) OR " + ClaimItems.COLLECTED + " = :yes)")
        .values(Map.of(":yes", AttributeValue.fromBool(true)));
  }

  private static ItemUpdate move(Job seen, JobStatus to) {
    Map<String, AttributeValue> attributes = StatusItems.attributes(to);
    ItemUpdate move =
        changeJob(seen.id())
            .set("#status = :to")
            .onlyIf("epoch = :seen")
            .onlyIf("#status = :from")
            .value(":seen", seen.epoch().value())
            .value(":from", StatusItems.name(seen.status()))
            .value(":to", StatusItems.name(to));
    if (to.raisesEpoch()) {
      move =
          move.set("epoch = :raised")
              .value(":raised", seen.epoch().next().value())
              .remove(JobItems.REFUSAL);
    }
    if (to instanceof JobStatus.Restoring(Restoration from)) {
      move =
          from.undo().isPresent()
              ? move.set(JobItems.UNDO + " = :undo").value(":undo", from.undo().get().value())
              : move.remove(JobItems.UNDO);
      Optional<CheckpointId> current = seen.currentAt(to);
      move =
          current.isPresent()
              ? move.set(JobItems.CURRENT + " = :current").value(":current", current.get().value())
              : move.remove(JobItems.CURRENT);
    }
    if (to.deletesCheckpoints()) {
      move = move.remove(JobItems.UNDO);
    }
    for (String attribute : StatusItems.ATTRIBUTES) {
      move =
          attributes.containsKey(attribute)
              ? move.set(attribute + " = :" + attribute)
                  .values(Map.of(":" + attribute, attributes.get(attribute)))
              : move.remove(attribute);
    }
    return move;
  }

  private boolean move(Job seen, ItemUpdate job, List<TransactWriteItem> beside) {
    List<TransactWriteItem> writes = new ArrayList<>(beside);
    writes.addFirst(table.change(job));
    return table.transact("bring job " + seen.id() + " to another status", writes).isEmpty();
  }

  @Override
  public boolean upgrade(Job seen, FormatVersion to) {
    if (seen.request().isEmpty()) {
      return false;
    }
    ItemUpdate upgrade =
        changeJob(seen.id())
            .set("#format = :format")
            .value(":format", to.number())
            .onlyIf("attribute_exists(pk)");
    upgrade =
        seen.format() == FormatVersion.OLDEST
            ? upgrade.onlyIf("attribute_not_exists(#format)")
            : upgrade.onlyIf("#format = :before").value(":before", seen.format().number());
    return table.change(
        "raise the format of job " + seen.id(), removing(upgrade, seen.request().get()));
  }

  @Override
  public boolean serve(Job seen) {
    return seen.request()
        .map(request -> removing(changeJob(seen.id()), request))
        .filter(served -> table.change("serve a request of job " + seen.id(), served))
        .isPresent();
  }

  @Override
  public boolean refuse(Job seen, String reason, Instant now) {
    if (seen.request().isEmpty()) {
      return false;
    }
    Request request = seen.request().get();
    Job.Refusal refusal = new Job.Refusal(request.command(), reason, now);
    return table.change(
            "refuse what is asked of job " + seen.id(),
            removing(refusing(seen.id(), refusal), request))
        || isRefused(seen.id(), request, refusal);
  }

  /**
   * Written once per reason, because ticks come each minute and every change of the item is in the
   * table's stream.
   */
  @Override
  public void refuseSettings(JobId job, String reason, Instant now) {
    boolean isKnown =
        table
            .get(TableLayout.jobKey(job), JobItems.REFUSAL)
            .flatMap(item -> item.optionalMap(JobItems.REFUSAL))
            .map(JobItems::readRefusal)
            .filter(refusal -> refusal.reason().equals(reason))
            .isPresent();
    if (!isKnown) {
      var unused =
          table.change(
              "say why the settings of job " + job + " cannot be used",
              refusing(job, new Job.Refusal("settings", reason, now))
                  .onlyIf("attribute_exists(" + TableLayout.PK + ")"));
    }
  }

  private static ItemUpdate refusing(JobId job, Job.Refusal refusal) {
    return changeJob(job)
        .set(JobItems.REFUSAL + " = :refusal")
        .values(Map.of(":refusal", AttributeValue.fromM(JobItems.write(refusal).values())));
  }

  private boolean isRefused(JobId id, Request request, Job.Refusal refusal) {
    return job(id)
        .filter(job -> !job.hasRequest(request) && job.refusal().equals(Optional.of(refusal)))
        .isPresent();
  }

  @Override
  public boolean explain(Job seen, Job.Refusal refusal) {
    ItemUpdate explain =
        refusing(seen.id(), refusal).onlyIf("epoch = :epoch").value(":epoch", seen.epoch().value());
    for (Request.Attribute attribute : Request.Attribute.values()) {
      explain = explain.onlyIf("attribute_not_exists(" + attribute.attributeName() + ")");
    }
    return table.change("say why job " + seen.id() + " cannot go on", explain);
  }

  @Override
  public boolean fork(Job seen, Fork fork) {
    Map<String, AttributeValue> child =
        JobItems.write(fork.begin(deployed, seen.format()), deployed);
    child.put(ForkItems.FORKED_FROM, AttributeValue.fromM(ForkItems.writeOrigin(fork).values()));
    List<TransactWriteItem> writes = new ArrayList<>();
    writes.add(table.require(whileCompleted(fork.parent(), fork.checkpoint())));
    writes.add(table.putIfFree(ForkItems.write(fork)));
    writes.add(table.putIfFree(child));
    ItemUpdate parent =
        changeJob(fork.parent()).onlyIf("epoch = :epoch").value(":epoch", seen.epoch().value());
    writes.add(
        seen.request()
            .map(request -> table.change(removing(parent, request)))
            .orElseGet(() -> table.require(parent)));
    return table
            .transact("fork checkpoint " + fork.checkpoint() + " as job " + fork.child(), writes)
            .isEmpty()
        || forks(fork.parent()).contains(fork);
  }

  @Override
  public List<Fork> forks(JobId parent) {
    return itemsOf(parent, TableLayout.FORK_PREFIX).stream()
        .filter(item -> !item.has(TableLayout.EXPIRES_AT))
        .map(ForkItems::read)
        .toList();
  }

  @Override
  public Optional<Fork> forkedFrom(JobId child) {
    return table
        .get(TableLayout.jobKey(child), ForkItems.FORKED_FROM)
        .flatMap(job -> job.optionalMap(ForkItems.FORKED_FROM))
        .map(ForkItems::read);
  }

  @Override
  public boolean unfork(Job child, Fork fork, Instant at) {
    if (!child.status().isCancelled()) {
      return false;
    }
    ItemUpdate end =
        changeJob(child.id())
            .set("epoch = :raised")
            .set(ForkItems.FORKED_FROM + " = :released")
            .onlyIf("epoch = :seen")
            .onlyIf("#status = :from")
            .value(":raised", child.epoch().next().value())
            .value(":seen", child.epoch().value())
            .value(":from", StatusItems.name(child.status()))
            .values(
                Map.of(
                    ":released",
                    AttributeValue.fromM(ForkItems.writeOrigin(fork.released(at)).values())));
    return succeeds(
        "release the files of job " + fork.child(),
        table.change(end),
        table.change(
            ItemUpdate.of(TableLayout.forkKey(fork.parent(), fork.child()))
                .set(ForkItems.RELEASED_AT + " = :since")
                .onlyIf("attribute_exists(pk)")
                .value(":since", at.toString())));
  }

  @Override
  public void release(Fork fork, Instant at) {
    ItemUpdate release =
        ItemUpdate.of(TableLayout.forkKey(fork.parent(), fork.child()))
            .set(ForkItems.RELEASED_AT + " = :since")
            .onlyIf("attribute_exists(pk)")
            .onlyIf("attribute_not_exists(" + ForkItems.RELEASED_AT + ")")
            .value(":since", at.toString());
    // The reference that keeps the files is deleted first; a child that still names its parent
    // registers it again.
    table.change("release the files of job " + fork.child(), release);
    table.change(
        "let job " + fork.child() + " stand alone",
        changeJob(fork.child())
            .remove(ForkItems.FORKED_FROM)
            .onlyIf(ForkItems.FORKED_FROM + " = :fork")
            .values(Map.of(":fork", AttributeValue.fromM(ForkItems.writeOrigin(fork).values()))));
  }

  @Override
  public void forget(Fork fork) {
    table.change(
        "forget the fork " + fork.child(),
        ItemUpdate.of(TableLayout.forkKey(fork.parent(), fork.child()))
            .set("expiresAt = :expiresAt")
            .onlyIf("attribute_exists(" + ForkItems.RELEASED_AT + ")")
            .values(Map.of(":expiresAt", Item.expiry(clock.instant().plus(display())))));
  }

  @Override
  public List<Claim> claims(JobId job) {
    List<Claim> claims = new ArrayList<>();
    table
        .get(TableLayout.jobKey(job), ClaimItems.CLAIMING)
        .flatMap(item -> item.optionalMap(ClaimItems.CLAIMING))
        .ifPresent(item -> claims.add(ClaimItems.read(job, item, false)));
    itemsOf(job, TableLayout.CLAIM_PREFIX).stream()
        .filter(item -> !item.has(ClaimItems.COLLECTED))
        .forEach(item -> claims.add(ClaimItems.read(job, item, true)));
    return claims;
  }

  @Override
  public boolean confirm(Claim claim, Optional<CheckpointId> savepoint) {
    ItemUpdate confirm =
        changeJob(claim.job())
            .remove(ClaimItems.CLAIMING)
            .onlyIf(ClaimItems.CLAIMING + " = :claimed")
            .values(Map.of(":claimed", ClaimItems.writeClaiming(claim)));
    List<TransactWriteItem> writes = new ArrayList<>();
    if (savepoint.isPresent()) {
      CheckpointId id = savepoint.get();
      confirm =
          confirm
              .onlyIf("(attribute_not_exists(restoringFrom) OR restoringFrom <> :id)")
              .onlyIf(NOT_PINNED)
              .value(":id", id.value());
      writes.add(table.change(subsuming(claim.job(), id, Checkpoint.Subsumed.End.CLAIMED)));
    }
    writes.addFirst(table.put(ClaimItems.write(claim.confirmed())));
    writes.addFirst(table.change(confirm));
    return table.transact("confirm the claim of " + claim.directory(), writes).isEmpty();
  }

  @Override
  public void forget(Claim confirmed) {
    table.change(
        "forget the claim of " + confirmed.directory(),
        ItemUpdate.of(TableLayout.claimKey(confirmed.job(), confirmed.directory()))
            .set(ClaimItems.COLLECTED + " = :yes")
            .set("expiresAt = :expiresAt")
            .onlyIf("epoch = :epoch")
            .value(":epoch", confirmed.epoch().value())
            .values(
                Map.of(
                    ":yes",
                    AttributeValue.fromBool(true),
                    ":expiresAt",
                    Item.expiry(clock.instant().plus(display())))));
  }

  private static ItemUpdate changeJob(JobId job) {
    return ItemUpdate.of(TableLayout.jobKey(job));
  }

  private static ItemUpdate whileCompleted(JobId job, CheckpointId id) {
    return ItemUpdate.of(TableLayout.checkpointKey(job, id))
        .onlyIf("#status = :completed")
        .value(":completed", COMPLETED);
  }
}
