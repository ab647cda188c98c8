package dev.cairn.coordinator.lifecycle;

import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubSequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Writer;
import dev.cairn.journal.Isolation;
import dev.cairn.journal.OutcomeUnknownException;
import dev.cairn.state.StartPosition;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.ShardScan;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Finds shards whose invocations do not return: records have waited for longer than any invocation
 * takes, and no task has written in that time. The entry appended to such a shard makes its tasks
 * look for the record that ends their process. A task whose process ends cannot report it, and
 * healthy shards have no cost from this check.
 */
public final class StuckShards {
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
  // The first check of a quiet shard reads many empty pages, later checks one or two.
  private static final int MOST_PAGES = 50;
  private static final int MOST_SHARDS = 50;
  private static final int FEW_RECORDS = 10;
  // Kinesis returns how far behind the tip a page is, and this machine's clock gives the time. With
  // a clock that is ahead, this check and all later ones would miss records that arrived in
  // between.
  private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(1);

  private final CoordinatorPorts ports;
  private final CoordinatorSettings settings;
  private final LifecycleDecisions decisions;
  private final JournalTails tails;
  // Cached results only save reads.
  private final Map<SubtaskId, Quiet> quiet = new ConcurrentHashMap<>();
  private Instant lastLook = Instant.MIN;

  /** A time until which no record had arrived after a position. */
  private record Quiet(Position position, Instant until) {}

  public StuckShards(
      CoordinatorPorts ports,
      CoordinatorSettings settings,
      LifecycleDecisions decisions,
      JournalTails tails) {
    this.ports = ports;
    this.settings = settings;
    this.decisions = decisions;
    this.tails = tails;
  }

  /** Checks the shards of a running job that have been silent for long. */
  public void check(Job job, Collection<JournalTail> tails, Instant now) {
    if (now.isBefore(lastLook.plus(BETWEEN_LOOKS))) {
      return;
    }
    lastLook = now;
    List<JournalTail> silent =
        tails.stream()
            .filter(tail -> decisions.mayBeStuck(job, tail, settings.longestInvocation(), now))
            .toList();
    // Each tick checks a part of thousands of idle shards, so that it has time for its other work.
    int parts = Math.max(1, Math.ceilDiv(silent.size(), MOST_SHARDS));
    long part = Math.floorMod(now.getEpochSecond() / BETWEEN_LOOKS.toSeconds(), parts);
    List<JournalTail> looked = new ArrayList<>();
    for (int i = (int) part; i < silent.size(); i += parts) {
      looked.add(silent.get(i));
    }
    ports.fanOut().forEach(looked, tail -> check(job, tail, now));
  }

  private void check(Job job, JournalTail tail, Instant now) {
    try {
      Optional<SequenceNumber> waiting =
          tail.head().hasGap() ? Optional.empty() : longWaiting(tail, now);
      if (tail.head().hasGap() || waiting.isPresent()) {
        // This tick itself may have appended to it, for example a trigger.
        tails
            .of(tail.subtask())
            .filter(head -> decisions.mayBeStuck(job, head, settings.longestInvocation(), now))
            .filter(head -> head.head().position().equals(tail.head().position()))
            .ifPresent(head -> suspect(head, waiting, now));
      }
    } catch (OutcomeUnknownException | StreamException | NotInStreamException e) {
      // The next check finds out.
    }
  }

  private void suspect(JournalTail tail, Optional<SequenceNumber> waiting, Instant now) {
    Entry.Header header =
        tail.head()
            .next(ports.ids().get(), Writer.COORDINATOR, now)
            .with(Optional.of(new Isolation.Suspicion()));
    Entry.Suspected entry = new Entry.Suspected(waiting.map(header::waitingFor).orElse(header));
    // An existing entry shows that the shard is not stuck, or is checked again later.
    var unused = ports.journal().append(tail.subtask(), entry);
  }

  /**
   * Returns the record right after the position, if it has waited for longer than any invocation
   * takes.
   */
  private Optional<SequenceNumber> longWaiting(JournalTail tail, Instant now) {
    ShardScan scan =
        new ShardScan(
            ports.topology().of(tail.subtask()).stream(),
            ports.clock(),
            tail.subtask().shard(),
            start(tail),
            FEW_RECORDS);
    for (int page = 0; page < MOST_PAGES; page++) {
      switch (scan.step()) {
        case ShardScan.Step.Records(List<StreamRecord> records) -> {
          for (StreamRecord record : records) {
            if (tail.head().position().isBefore(record.sequenceNumber())) {
              return record.arrival().plus(settings.longestInvocation()).isBefore(now)
                  ? Optional.of(record.sequenceNumber())
                  : Optional.empty();
            }
          }
        }
        case ShardScan.Step.Quiet q -> remember(tail, scan);
        case ShardScan.Step.Tip t -> {
          remember(tail, scan);
          return Optional.empty();
        }
      }
    }
    return Optional.empty();
  }

  /** Returns where the last check ended, if the shard's position is unchanged since. */
  private From start(JournalTail tail) {
    return Optional.ofNullable(quiet.get(tail.subtask()))
        .filter(known -> known.position().equals(tail.head().position()))
        .<From>map(known -> new From.Time(known.until()))
        .orElseGet(() -> from(tail));
  }

  private void remember(JournalTail tail, ShardScan scan) {
    scan.reached()
        .map(until -> until.minus(CLOCKS_DIFFER))
        .ifPresent(until -> quiet.put(tail.subtask(), new Quiet(tail.head().position(), until)));
  }

  private static From from(JournalTail tail) {
    return switch (tail.head().position()) {
      case Position.After(SequenceNumber last) -> new From.At(last);
      case Position.Before(SequenceNumber first) -> new From.At(first);
      case Position.Within(SequenceNumber aggregate, SubSequenceNumber last) ->
          new From.At(aggregate);
      // The mapping delivers no records from before its start.
      case Position.Beginning b ->
          switch (tail.base().origin().start()) {
            case StartPosition.TrimHorizon h -> new From.Horizon();
            case StartPosition.AtTimestamp(Instant time) -> new From.Time(time);
          };
      case Position.End e -> throw new IllegalStateException(tail.subtask() + " is drained");
    };
  }
}
