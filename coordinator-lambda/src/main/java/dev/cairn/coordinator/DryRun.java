package dev.cairn.coordinator;

import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.checkpoint.Job;
import dev.cairn.checkpoint.Restoration;
import dev.cairn.command.Command;
import dev.cairn.coordinator.Preflight.RefusedException;
import dev.cairn.coordinator.Preflight.Snapshot;
import dev.cairn.coordinator.PreflightReport.Checked;
import dev.cairn.coordinator.PreflightReport.Kind;
import dev.cairn.coordinator.PreflightReport.Replay;
import dev.cairn.id.Position;
import dev.cairn.id.SequenceNumber;
import dev.cairn.id.SubtaskId;
import dev.cairn.state.Counts;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A restore without the restore: the coordinator's own preflight, wherever it is run, with what it
 * found told instead of acted on. Reads only.
 */
public final class DryRun {
  // Kinesis may answer empty pages where records follow further on.
  private static final int EMPTY_PAGES = 20;

  private final CoordinatorPorts ports;
  private final CoordinatorDecisions decisions = new CoordinatorDecisions();
  private final JournalTails tails;
  private final Preflight preflight;

  public DryRun(CoordinatorPorts ports, CoordinatorSettings settings) {
    this.ports = ports;
    this.tails = new JournalTails(ports);
    this.preflight = new Preflight(ports, settings, decisions, tails);
  }

  /** What the coordinator would do. */
  public sealed interface Result {
    record Possible(PreflightReport report) implements Result {}

    record Refused(String reason) implements Result {}
  }

  /** What would become of an undo of the last restore. */
  public Result undo(Job job) {
    return switch (new CommandDecisions()
        .answer(job, new Command.Undo(), List.of(), Optional.empty())) {
      case CommandDecisions.Answer.Restore restore -> restore(job, restore.command());
      case CommandDecisions.Answer.Refuse refuse -> new Result.Refused(refuse.reason());
      case CommandDecisions.Answer.Later l -> throw undecided();
      case CommandDecisions.Answer.Trigger t -> throw undecided();
      case CommandDecisions.Answer.Move m -> throw undecided();
      case CommandDecisions.Answer.Dispose d -> throw undecided();
      case CommandDecisions.Answer.Fork f -> throw undecided();
      case CommandDecisions.Answer.Unfork u -> throw undecided();
    };
  }

  private static IllegalStateException undecided() {
    return new IllegalStateException("an undo is a restore or nothing");
  }

  /** What would become of a restore. */
  public Result restore(Job job, Command.Restore command) {
    try {
      List<Checkpoint> checkpoints = ports.checkpoints().checkpoints(job.id());
      Restoration from = preflight.restoration(job, command, checkpoints);
      Optional<String> unread = Optional.empty();
      try {
        preflight.requireRestorable(job, from);
      } catch (StreamException e) {
        // All else has been checked before.
        unread = Optional.of(String.valueOf(e.getMessage()));
      }
      return new Result.Possible(report(job, from, unread));
    } catch (RefusedException e) {
      return new Result.Refused(e.reason());
    }
  }

  private PreflightReport report(Job job, Restoration from, Optional<String> unread)
      throws RefusedException {
    Map<SubtaskId, Snapshot> states = preflight.states(job, from);
    List<Checked> checked = new ArrayList<>();
    for (Snapshot snapshot : states.values()) {
      checked.add(new Checked(Kind.STATE, snapshot.file()));
      snapshot.state().manifest().runs().stream()
          .map(run -> new Checked(Kind.RUN, run.file()))
          .distinct()
          .forEach(checked::add);
    }
    Instant now = ports.clock().instant();
    List<Replay> replays = new ArrayList<>();
    for (JournalTail tail : tails.of(job.id()).values()) {
      replays.add(replay(states, tail, unread.isEmpty(), now));
    }
    return new PreflightReport(
        from, checked, ports.damages().damages(job.id()).size(), replays, unread);
  }

  private Replay replay(
      Map<SubtaskId, Snapshot> states, JournalTail tail, boolean readsStream, Instant now) {
    Position from = Preflight.position(states, tail);
    Position frontier = decisions.frontier(tail.head());
    Counts then =
        Optional.ofNullable(states.get(tail.subtask()))
            .map(snapshot -> snapshot.state().counts())
            .orElse(Counts.NONE);
    long records = Math.max(0, processed(tail.head().counts()) - processed(then));
    if (!readsStream || !from.isBefore(frontier)) {
      return new Replay(
          tail.subtask(), from, frontier, records, Optional.empty(), Optional.empty());
    }
    List<StreamRecord> first = first(tail, from);
    Optional<StreamRecord> needed = first.stream().findFirst();
    return new Replay(
        tail.subtask(),
        from,
        frontier,
        records,
        first.stream()
            .filter(record -> from.isBefore(record.sequenceNumber()))
            .findFirst()
            .map(record -> Duration.between(record.arrival(), now)),
        needed.map(
            record -> Duration.between(now, record.arrival().plus(ports.stream().retention()))));
  }

  private static long processed(Counts counts) {
    return counts.applied() + counts.deadLettered();
  }

  /** The record that a replay begins at, and the first one that it applies, if they differ. */
  private List<StreamRecord> first(JournalTail tail, Position from) {
    Optional<SequenceNumber> required =
        from instanceof Position.After(SequenceNumber last)
            ? Optional.of(last)
            : tail.head().firstApplied();
    List<StreamRecord> found = new ArrayList<>();
    Optional<? extends From> next = required.map(From.At::new);
    for (int i = 0; i < EMPTY_PAGES && next.isPresent() && found.size() < 2; i++) {
      Page page = ports.stream().read(tail.subtask().shard(), next.get(), 2);
      found.addAll(page.records());
      next = page.next();
    }
    return found;
  }
}
