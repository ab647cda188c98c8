package dev.cairn.simulation;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.coordinator.checkpointing.CheckpointGuards;
import dev.cairn.coordinator.collecting.CollectionGuards;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.restoring.RestoreGuards;
import dev.cairn.format.FormatVersion;
import dev.cairn.id.EntryId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.job.JobStatus;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Isolation;
import dev.cairn.simulation.audit.Invariants;
import dev.cairn.state.BlockChecksum;
import dev.cairn.state.HashRange;
import dev.cairn.state.Manifest;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.StreamRecord;
import dev.cairn.stream.UserRecord;
import dev.cairn.task.ports.TaskDecisions;
import dev.cairn.task.subtask.SubtaskCache;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.PutItemResponse;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.TransactWriteItem;
import software.amazon.awssdk.services.dynamodb.model.Update;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemResponse;

/**
 * The protocol with one of its guards taken away: by a store that does not keep its promise, or by
 * a predicate that always agrees.
 */
@SuppressWarnings("ImmutableEnumChecker") // Constants of a test, shared by nobody.
enum Sabotage {
  PUT_IF_ABSENT(
      List.of(Invariants.GAPLESS),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    public PutItemResponse putItem(PutItemRequest request) {
                      return isJournal(request.item())
                          ? table.putItem(put -> put.tableName("simulated").item(request.item()))
                          : table.putItem(request);
                    }
                  })),
  POSITION_SKIP(
      List.of(Invariants.FOLD, Invariants.CHAINED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean admits(Position position, UserRecord record) {
                  return true;
                }
              })),
  /** An aggregate of which a part is applied is applied again from its first user record on. */
  PART_SKIP(
      List.of(Invariants.FOLD, Invariants.CHAINED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean admits(Position position, UserRecord record) {
                  return position.isBefore(record.sequenceNumber());
                }
              })),
  FRONTIER_IS_A_MAXIMUM(
      List.of(Invariants.FRONTIER, Invariants.DURABLE),
      Guards.all().with(JournalGuards.Frontier.class, Entry.Header::position)),
  HASHES(
      List.of(Invariants.SNAPSHOT, Invariants.FOLD, Invariants.COMPLETE),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean isIntact(FileRef expected, byte[] read) {
                  return true;
                }
              })
          .with(
              new BlockChecksum() {
                @Override
                public boolean matches(int stored, byte[] bytes, int off, int len) {
                  return true;
                }
              })),
  CARRY_FORWARD_ONLY_WHAT_IS_UNCHANGED(
      List.of(Invariants.SNAPSHOT),
      Guards.all().with(CheckpointGuards.CarriedForward.class, tail -> true)),
  DISCARD_AFTER_LOSING(
      List.of(Invariants.FOLD, Invariants.SNAPSHOT),
      Guards.all()
          .withCache(
              memory ->
                  new SubtaskCache<>(memory) {
                    @Override
                    public void discard(ShardId shard) {
                      // Keeps what it should forget.
                    }
                  })),
  GAPLESS_READ(
      List.of(Invariants.FOLD, Invariants.CHAINED, Invariants.SNAPSHOT),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean continues(Entry.Header head, List<Entry> found) {
                  return true;
                }
              })),
  REPLAY_STARTS_AT_ITS_RECORD(
      List.of(Invariants.FOLD),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean resumesAt(SequenceNumber required, StreamRecord first) {
                  return true;
                }
              })),
  /** Together with the age of what is collected: either alone covers for the other. */
  PREPARED_ANEW_ON_ANOTHER_BASE(
      List.of(Invariants.FOLD, Invariants.FILES, Invariants.RETAINED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Outcome outcome(EntryId mine, List<Entry> found) {
                  Outcome outcome = super.outcome(mine, found);
                  return outcome == Outcome.PREPARE_ANEW ? Outcome.REBASE : outcome;
                }
              })
          .with(CollectionGuards.Old.class, (file, longest, now) -> true)),
  /** Whatever was appended there is taken for one's own entry. */
  OWN_ID(
      List.of(Invariants.DURABLE, Invariants.FOLD, Invariants.CHAINED, Invariants.SNAPSHOT),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Outcome outcome(EntryId mine, List<Entry> found) {
                  return found.isEmpty() ? Outcome.NOT_THERE : Outcome.COMMITTED;
                }
              })),
  SUCCESS_ONLY_WHEN_JOURNALLED(
      List.of(Invariants.DURABLE),
      Guards.all()
          .withResponse(answer -> "{\"batchItemFailures\":[]}".getBytes(StandardCharsets.UTF_8))),
  /** A report that comes late is recorded wherever the journal is by then. */
  FAILURES_WHERE_THEY_HAPPENED(
      List.of(Invariants.HALTED, Invariants.BLAMED, Invariants.HELD_UP, Invariants.CHAINED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Optional<Entry.Header> failsAt(Entry.Header failedAt, List<Entry> since) {
                  return Optional.of(since.isEmpty() ? failedAt : since.getLast().header());
                }
              })),
  /** A record is blamed while the invocation that began it may still be at work. */
  BLAME_AFTER_THE_INVOCATION(
      List.of(Invariants.BLAMED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Step step(Isolation isolation, int waiting, Instant now) {
                  return super.step(isolation, waiting, Instant.MAX);
                }
              })),
  EPOCH_OF_A_TRIGGER(
      List.of(Invariants.TRIGGERS),
      Guards.all().with(JournalGuards.OfEpoch.class, (epoch, tail) -> true)),
  /** What a later one was completed before stays pending, and nobody else can begin. */
  PENDING_GIVES_WAY_TO_A_LATER_ONE(
      List.of(Invariants.PROGRESS, Invariants.BOUNDED),
      Guards.all().with(CheckpointGuards.Subsumed.class, (pending, completed) -> false)),
  WAKES_UNTIL_ANSWERED(
      List.of(Invariants.PROGRESS),
      Guards.all().with(JournalGuards.Silent.class, (tail, idleAfter, now) -> false)),
  /** A child then begins in an epoch in which its parents are not closed. */
  EPOCH_WHEN_OPENED(
      List.of(Invariants.EPOCH, Invariants.HALTED, Invariants.FILES, Invariants.FOLD),
      Guards.all()
          .withTable(
              SabotagedTable.leavingOut(
                  write -> SabotagedTable.checks(write, "JOB"),
                  write -> SabotagedTable.puts(write, "SUBTASK#")))),
  STATUS_AND_EPOCH_WHEN_BEGUN(
      List.of(
          Invariants.PROGRESS,
          Invariants.TERMINAL,
          Invariants.COMPLETE,
          Invariants.TRIGGERS,
          Invariants.RETAINED),
      Guards.all().withTable(SabotagedTable.ignoringConditionsWhenSetting("nextCheckpoint = "))),
  PENDING_AND_EPOCH_WHEN_COMPLETED(
      List.of(Invariants.PROGRESS, Invariants.TERMINAL, Invariants.INCREASING),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
                      return writes.stream().anyMatch(write -> putsStatus(write, "COMPLETED"))
                          ? unconditionally(writes)
                          : writes;
                    }
                  })),
  EVERY_ACKNOWLEDGEMENT(
      List.of(Invariants.COMPLETE),
      Guards.all().with(CheckpointGuards.Complete.class, missing -> missing.size() <= 1)),
  BASE_REVISION_OF_A_FILE(
      List.of(Invariants.FILES, Invariants.RETAINED),
      Guards.all().with(CollectionGuards.Abandoned.class, (file, tail) -> true)),
  SUSPENSION(
      List.of(Invariants.HALTED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean isSuspended(Entry.Header head) {
                  return false;
                }
              })),
  OPENED_BY_THE_COORDINATOR_ALONE_WHILE_RESTORING(
      List.of(Invariants.DIVIDED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean mayOpen(JobStatus status) {
                  return status instanceof JobStatus.Restoring || super.mayOpen(status);
                }
              })),
  STATUS_WHEN_OPENED(
      List.of(Invariants.HALTED),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean mayOpen(JobStatus status) {
                  return !(status instanceof JobStatus.Restoring);
                }
              })),
  STATUS_AND_EPOCH_WHEN_MOVED(
      List.of(Invariants.HALTED, Invariants.EPOCH, Invariants.PROGRESS, Invariants.RETAINED),
      Guards.all().withTable(SabotagedTable.ignoring("epoch = :seen", "#status = :from"))),
  UNDO_LEADS_SOMEWHERE(
      List.of(Invariants.RETAINED),
      Guards.all()
          .withTable(
              SabotagedTable.ignoring(
                  "(attribute_not_exists(undoCheckpoint) OR undoCheckpoint <> :id)"))),
  PINNED_STAYS(
      List.of(Invariants.RETAINED),
      Guards.all().withTable(SabotagedTable.ignoring("NOT contains(pinnedCheckpoints, :id)"))),
  /** A checkpoint is restored by id or path while it is subsumed or disposed of. */
  RESTORED_IS_COMPLETED(
      List.of(Invariants.RETAINED, Invariants.FILES, Invariants.PROGRESS, Invariants.SOUND),
      Guards.all()
          .withTable(
              SabotagedTable.leavingOut(
                  write -> SabotagedTable.checks(write, "CHECKPOINT#"),
                  write -> SabotagedTable.sets(write, "#status = :to")))),
  NO_CARRY_FORWARD_OF_BORROWED_STATE(
      List.of(Invariants.OWNED, Invariants.COMPLETE, Invariants.PROGRESS),
      Guards.all().with(CheckpointGuards.Rewritten.class, tail -> false)),
  HALF_OPENED_JOURNALS_HAVE_NOT_ENTERED(
      List.of(Invariants.DIVIDED, Invariants.HALTED, Invariants.PROGRESS, Invariants.COMPLETE),
      Guards.all()
          .with(
              JournalGuards.Entered.class, (job, tail) -> tail.head().epoch().equals(job.epoch()))),
  FORKS_STAND_ALONE_BEFORE_THEY_RELEASE(
      List.of(Invariants.RETAINED, Invariants.FILES),
      Guards.all().with(CollectionGuards.StandsAlone.class, references -> true)),
  FORKS_BEGIN_FROM_WHAT_IS_COMPLETED(
      List.of(Invariants.FORKED),
      Guards.all()
          .withTable(
              SabotagedTable.leavingOut(
                  write -> SabotagedTable.checks(write, "CHECKPOINT#"),
                  write -> SabotagedTable.puts(write, "FORK#")))),
  COLLECTION_ASKS_FOR_FORKS(
      List.of(Invariants.RETAINED),
      Guards.all().with(CollectionGuards.NeededByFork.class, fork -> false)),
  CLAIM_WITH_THE_MOVE_ONLY(
      List.of(Invariants.CLAIMED),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
                      Update move = writes.getFirst().update();
                      if (move != null && move.updateExpression().contains(":claiming")) {
                        table.updateItem(
                            update ->
                                update
                                    .tableName(move.tableName())
                                    .key(move.key())
                                    .updateExpression("SET claiming = :claiming")
                                    .expressionAttributeValues(move.expressionAttributeValues()));
                      }
                      return writes;
                    }
                  })),
  ANOTHER_ATTEMPT_IN_ITS_TIME(
      List.of(Invariants.HELD_UP),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean mayApply(Entry.Header head, Instant now) {
                  return !isSuspended(head);
                }
              })),
  CONDITIONAL_SUBSUME(
      List.of(Invariants.RETAINED),
      Guards.all().withTable(SabotagedTable.ignoringConditionsWhenSetting("#status = :subsumed"))),
  EXPIRY_BELOW_THE_BASE_ONLY(
      List.of(Invariants.GAPLESS),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    public QueryResponse query(QueryRequest request) {
                      String entries =
                          request.keyConditionExpression().replace("sk < :", "sk <= :");
                      return table.query(
                          request.toBuilder().keyConditionExpression(entries).build());
                    }
                  })),
  ENTRIES_EXPIRE(
      List.of(Invariants.BOUNDED),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    public UpdateItemResponse updateItem(UpdateItemRequest request) {
                      return isJournal(request.key())
                          ? UpdateItemResponse.builder().build()
                          : table.updateItem(request);
                    }
                  })),
  ABANDONED_FILES_GO(
      List.of(Invariants.BOUNDED),
      Guards.all().with(CollectionGuards.Abandoned.class, (file, tail) -> false)),
  METADATA_OF_THE_ABORTED_GOES(
      List.of(Invariants.BOUNDED),
      Guards.all()
          .with(
              CollectionGuards.MetadataAbandoned.class,
              (id, job, checkpoints) ->
                  checkpoints.stream()
                      .filter(Checkpoint.Subsumed.class::isInstance)
                      .anyMatch(subsumed -> subsumed.id().equals(id)))),
  /** A collector that slept through a restore deletes what the journals have been given by it. */
  EPOCH_AGAIN_BEFORE_COLLECTING(
      List.of(Invariants.RETAINED, Invariants.FILES),
      Guards.all().with(CollectionGuards.SameEpoch.class, (before, after) -> true)),
  /**
   * A task appends after triggers what it prepared before them. Together with the age of what is
   * collected: either alone covers for the other.
   */
  A_TRIGGER_OVERTAKES_NO_FILE(
      List.of(Invariants.FILES, Invariants.RETAINED, Invariants.FOLD),
      Guards.all()
          .with(
              CollectionGuards.Abandoned.class,
              (file, tail) ->
                  Stream.concat(Stream.of(tail.base()), tail.sinceBase().stream())
                      .anyMatch(entry -> entry.revision().isAfter(file.base())))
          .with(CollectionGuards.Old.class, (file, longestInvocation, now) -> true)),
  /** Together with the abort of those that are pending before it: either covers for the other. */
  LATER_THAN_THE_LATEST_WHEN_COMPLETED(
      List.of(Invariants.INCREASING),
      Guards.all()
          .with(CheckpointGuards.Subsumed.class, (pending, completed) -> false)
          .withTable(
              SabotagedTable.ignoring(
                  "(attribute_not_exists(latestCheckpoint) OR latestCheckpoint < :id)"))),
  /** Together with the epoch of a commit: either alone covers for the other. */
  A_MOVE_ABORTS_WHAT_IS_PENDING(
      List.of(Invariants.OF_ITS_EPOCH, Invariants.INCREASING),
      Guards.all()
          .withTable(
              table ->
                  new SabotagedTable(table) {
                    @Override
                    List<TransactWriteItem> transaction(List<TransactWriteItem> writes) {
                      boolean moves = writes.stream().anyMatch(w -> sets(w, "#status = :to"));
                      boolean completes = writes.stream().anyMatch(w -> putsStatus(w, "COMPLETED"));
                      return writes.stream()
                          .filter(write -> !moves || !putsStatus(write, "ABORTED"))
                          .map(write -> completes ? without(write, "epoch = :epoch") : write)
                          .toList();
                    }
                  })),
  CONTENT_OF_METADATA_THAT_IS_THERE(
      List.of(Invariants.FILES, Invariants.COMPLETE),
      Guards.all().with(CheckpointGuards.Written.class, (there, metadata) -> true)),
  A_RESTORE_ENDS_WITH_ITS_LAST_GAP(
      List.of(Invariants.REPLAYED),
      Guards.all().with(JournalGuards.Replayed.class, (epoch, tails) -> true)),
  A_GAP_COMES_BEFORE_THE_MAPPINGS_RECORDS(
      List.of(Invariants.FOLD),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean isReplayed(Entry.Header head) {
                  return true;
                }
              })),
  /** A job that was halted for too long goes on without what has expired, and nobody is asked. */
  RECORDS_MAY_HAVE_EXPIRED(
      List.of(Invariants.FOLD),
      Guards.all().with(RestoreGuards.Expired.class, (since, horizon, margin) -> false)),
  /** A coordinator that does not ask whether an earlier release may have to go on. */
  CHECKPOINTS_ARE_IN_THE_JOBS_FORMAT(
      List.of(Invariants.READABLE),
      Guards.all().with(CheckpointGuards.Format.class, job -> FormatVersion.NEWEST)),
  /** A task that does not ask so when it opens a shard. */
  SHARDS_ARE_OPENED_IN_THE_JOBS_FORMAT(
      List.of(Invariants.READABLE),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public FormatVersion format(Job job) {
                  return FormatVersion.NEWEST;
                }
              })),
  /** A child opens while its parent is still open. */
  PARENTS_ARE_CLOSED_FIRST(
      List.of(Invariants.FOLD, Invariants.ONE_OWNER, Invariants.CHAINED, Invariants.TIMES),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public boolean isClosed(List<Entry> journal, Epoch epoch) {
                  return true;
                }
              })),
  /** Both children of a split have all keys of their parent. */
  A_CHILD_TAKES_ITS_OWN_KEYS(
      List.of(Invariants.ONE_OWNER, Invariants.FOLD, Invariants.SNAPSHOT),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Manifest inherited(Manifest parent, HashRange child) {
                  return parent;
                }
              })),
  /** A closed subtask is in no checkpoint, also while one of its children is not opened. */
  CLOSED_SUBTASKS_ARE_EXPECTED(
      List.of(Invariants.COMPLETE, Invariants.FOLD, Invariants.SNAPSHOT),
      Guards.all()
          .with(
              CheckpointGuards.Expected.class,
              lineage ->
                  lineage.expected().stream()
                      .filter(subtask -> !lineage.isClosed(subtask))
                      .collect(Collectors.toCollection(TreeSet::new)))),
  /** A child that a checkpoint does not contain continues without its parents' state. */
  CHILDREN_OPEN_AGAIN_AFTER_A_RESTORE(
      List.of(Invariants.FOLD, Invariants.ONE_OWNER, Invariants.DIVIDED),
      Guards.all().with(RestoreGuards.OpensAgain.class, origin -> false)),
  /** A closed subtask is retired while a checkpoint or a restore still needs it. */
  NEEDED_SUBTASKS_ARE_NOT_RETIRED(
      List.of(
          Invariants.COMPLETE,
          Invariants.FOLD,
          Invariants.FILES,
          Invariants.RETAINED,
          Invariants.PROGRESS),
      Guards.all().with(CollectionGuards.Unneeded.class, (closed, references) -> true)),
  /** A retired subtask that has to be applied again stays retired. */
  RETIRED_SUBTASKS_ARE_RESTORED(
      List.of(Invariants.FOLD, Invariants.PROGRESS, Invariants.COMPLETE),
      Guards.all().with(RestoreGuards.TakesPart.class, (hasDescendant, isAwaited) -> false)),
  GIVEN_UP_MEANS_LOST(
      List.of(Invariants.HELD_UP),
      Guards.all()
          .with(
              new TaskDecisions() {
                @Override
                public Outcome outcome(EntryId mine, List<Entry> found) {
                  return super.outcome(
                      mine, found.stream().filter(e -> !(e instanceof Entry.Failed)).toList());
                }
              }));

  /** The invariants of which one breaks without the guard. */
  final List<String> breaks;

  final Guards guards;

  Sabotage(List<String> breaks, Guards guards) {
    this.breaks = breaks;
    this.guards = guards;
  }
}
