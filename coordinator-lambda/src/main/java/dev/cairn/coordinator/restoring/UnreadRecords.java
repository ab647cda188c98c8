package dev.cairn.coordinator.restoring;

import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.resharding.ShardLineage;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry.Header;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Finds records that expired before the job applied them, because the stream was not read for
 * longer than it keeps a record: the job was halted, or a shard was blocked.
 *
 * <p>The stream does not show which records have expired. As long as the last applied record is
 * kept, all records after it are, so nothing is lost. If it has expired, a loss is possible as soon
 * as the stream was not read for as long as it keeps a record.
 */
final class UnreadRecords {
  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final JournalGuards journals;
  private final RestoreGuards guards;
  private final ShardReads reads;

  UnreadRecords(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      JournalGuards journals,
      RestoreGuards guards,
      ShardReads reads) {
    this.ports = ports;
    this.settings = settings;
    this.journals = journals;
    this.guards = guards;
    this.reads = reads;
  }

  /**
   * A shard of which no records were applied for about as long as the stream keeps a record.
   *
   * @param proof the record that proves, as long as it is kept, that nothing after it is lost
   * @param isNext whether this is the next record to apply, rather than the last applied one
   */
  private record Blocked(
      ShardId shard, Instant since, Optional<SequenceNumber> proof, boolean isNext) {}

  /**
   * @param tails the journals of shards that continue where they stand
   * @throws RestoreRefusedException if a shard may have lost records that were not applied
   */
  void require(Job job, Collection<JournalTail> tails) throws RestoreRefusedException {
    requireNone(tails, JournalTail::recordsPassedOver);
    List<JournalTail> waiting =
        tails.stream()
            .filter(tail -> !(tail.head().position() instanceof Position.End))
            .filter(tail -> RestoreDecisions.blockedSince(job.status(), tail).isPresent())
            .toList();
    if (waiting.isEmpty()) {
      return;
    }
    Instant horizon = reads.horizon();
    List<Blocked> blocked = new ArrayList<>();
    for (JournalTail tail : waiting) {
      Instant since = RestoreDecisions.blockedSince(job.status(), tail).orElseThrow();
      if (guards.mayHaveExpired().test(since, horizon, settings.retentionMargin())) {
        blocked.add(blocked(tail, since));
      }
    }
    RestoreCheck.all(ports.fanOut(), blocked, shard -> require(shard, horizon));
  }

  /**
   * Requires that children of splits and merges that no task has opened yet have lost no record
   * while the job was halted. Nothing of them was ever read, so no record can prove it.
   *
   * @param all the journals of all subtasks
   * @throws RestoreRefusedException if records of such a child may have expired
   */
  void requireNoneOfUnknownChildren(Job job, Collection<JournalTail> all)
      throws RestoreRefusedException {
    List<JournalTail> parents =
        all.stream().filter(tail -> ShardLineage.hasUnknownChildren(tail, all)).toList();
    if (parents.isEmpty()) {
      return;
    }
    Instant horizon = reads.horizon();
    for (JournalTail parent : parents) {
      Optional<Instant> since = RestoreDecisions.blockedSince(job.status(), parent);
      if (since.isPresent()
          && !parent.head().following().mayBeMissing()
          && guards.mayHaveExpired().test(since.get(), horizon, settings.retentionMargin())) {
        throw new RestoreRefusedException(
            "shard "
                + parent.subtask().shard()
                + " was split or merged, and no task had opened all of its children when the job"
                + " halted at "
                + since.get()
                + ": their records that arrived before "
                + horizon
                + " may have expired unread; continue without them with --accept-gap");
      }
    }
  }

  /** Finds the record after which everything is still to be applied, also in a gap. */
  private Blocked blocked(JournalTail tail, Instant since) {
    ShardId shard = tail.subtask().shard();
    Header head = tail.head();
    if (head.hasGap()) {
      return new Blocked(shard, since, head.position().record().or(head::firstApplied), false);
    }
    Optional<SequenceNumber> waiting = head.following().waiting();
    return waiting.isPresent()
        ? new Blocked(shard, since, waiting, true)
        : new Blocked(shard, since, journals.frontier().of(head).record(), false);
  }

  /**
   * Refuses if a task has reported that records have expired. Records that a mapping left out are
   * still kept, and a shard that goes back reads them again.
   */
  void requireNoneReported(Collection<JournalTail> tails) throws RestoreRefusedException {
    requireNone(tails, JournalTail::recordsLost);
  }

  private static void requireNone(
      Collection<JournalTail> tails, Function<JournalTail, Optional<String>> report)
      throws RestoreRefusedException {
    Optional<String> message =
        tails.stream().flatMap(tail -> report.apply(tail).stream()).findFirst();
    if (message.isPresent()) {
      throw new RestoreRefusedException(message.get());
    }
  }

  private void require(Blocked blocked, Instant horizon) throws RestoreRefusedException {
    Optional<SequenceNumber> proof = blocked.proof();
    String next = "; continue without them with --accept-gap";
    if (proof.isEmpty()) {
      throw new RestoreRefusedException(
          message(blocked, horizon, "no record of the shard was ever applied") + next);
    }
    Optional<StreamRecord> first;
    try {
      first = reads.first(blocked.shard(), new From.At(proof.get()));
    } catch (NotInStreamException e) {
      throw new RestoreRefusedException(
          "shard "
              + blocked.shard()
              + " does not have the record with which it continues: "
              + e.getMessage()
              + "; if the stream was deleted and created again, the records of the old stream"
              + " are lost: continue without them with --accept-gap");
    }
    if (first.isPresent() && first.get().sequenceNumber().equals(proof.get())) {
      return;
    }
    Instant keptSince =
        first.map(StreamRecord::arrival).filter(oldest -> oldest.isBefore(horizon)).orElse(horizon);
    throw new RestoreRefusedException(
        message(
                blocked,
                keptSince,
                "record "
                    + proof.get()
                    + (blocked.isNext()
                        ? ", with which it continues,"
                        : ", after which it continues,")
                    + " is no longer in the stream, "
                    + first
                        .map(oldest -> "the oldest that is kept arrived at " + oldest.arrival())
                        .orElse("nor is any record after it"))
            + next);
  }

  private static String message(Blocked blocked, Instant until, String why) {
    return "shard "
        + blocked.shard()
        + " is beyond retention: records that arrived between "
        + blocked.since()
        + ", when it was last read, and "
        + until
        + " may have expired unread: "
        + why;
  }
}
