package dev.cairn.coordinator.commanding;

import dev.cairn.command.Command;
import dev.cairn.coordinator.journals.JournalGuards;
import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.coordinator.journals.JournalTails;
import dev.cairn.coordinator.ports.CoordinatorPorts;
import dev.cairn.coordinator.ports.CoordinatorSettings;
import dev.cairn.coordinator.restoring.FreshStart;
import dev.cairn.coordinator.restoring.FreshStart.Place;
import dev.cairn.coordinator.restoring.Preflight;
import dev.cairn.coordinator.restoring.Preflight.Plan;
import dev.cairn.coordinator.restoring.PreflightReport;
import dev.cairn.coordinator.restoring.PreflightReport.Checked;
import dev.cairn.coordinator.restoring.PreflightReport.Kind;
import dev.cairn.coordinator.restoring.PreflightReport.Replay;
import dev.cairn.coordinator.restoring.RestoreGuards;
import dev.cairn.coordinator.restoring.RestoreRefusedException;
import dev.cairn.coordinator.restoring.ShardReads;
import dev.cairn.coordinator.restoring.StreamCoverage;
import dev.cairn.coordinator.restoring.SubtaskSnapshot;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.job.Job;
import dev.cairn.job.Restoration;
import dev.cairn.job.Restoration.Positions;
import dev.cairn.journal.Entry.Header;
import dev.cairn.state.Counts;
import dev.cairn.state.RunRef;
import dev.cairn.state.StartPosition;
import dev.cairn.storage.FileRef;
import dev.cairn.stream.NotInStreamException;
import dev.cairn.stream.StreamException;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/**
 * Tries a restore without performing it: runs the coordinator's preflight and reports the result.
 * It only reads.
 */
public final class DryRun {
  private final CoordinatorPorts ports;
  private final JournalGuards journals = JournalGuards.ALL;
  private final StreamCoverage coverage;
  private final Preflight preflight;
  private final ShardReads reads;

  public DryRun(CoordinatorPorts ports, CoordinatorSettings settings) {
    this.ports = ports;
    this.reads = ShardReads.immediately(ports);
    this.coverage =
        new StreamCoverage(
            ports, settings, journals, RestoreGuards.ALL, new JournalTails(ports), reads);
    this.preflight = new Preflight(ports, coverage);
  }

  /** The result that the restore would have. */
  public sealed interface Result {
    record Possible(PreflightReport report) implements Result {}

    record Refused(String reason) implements Result {}
  }

  /** Returns what an undo of the last restore would do. */
  public Result undo(Job job) {
    return switch (new CommandDecisions()
        .decide(job, new Command.Undo(), List.of(), Optional.empty())) {
      case CommandDecisions.Decision.Restore restore -> restore(job, restore.command());
      case CommandDecisions.Decision.Refuse refuse -> new Result.Refused(refuse.reason());
      case CommandDecisions.Decision.Postpone l -> throw undecided();
      case CommandDecisions.Decision.Trigger t -> throw undecided();
      case CommandDecisions.Decision.Move m -> throw undecided();
      case CommandDecisions.Decision.Resume r -> throw undecided();
      case CommandDecisions.Decision.Dispose d -> throw undecided();
      case CommandDecisions.Decision.Pin p -> throw undecided();
      case CommandDecisions.Decision.Unpin u -> throw undecided();
      case CommandDecisions.Decision.Upgrade u -> throw undecided();
      case CommandDecisions.Decision.AcceptGap a -> throw undecided();
      case CommandDecisions.Decision.NothingToDo s -> throw undecided();
      case CommandDecisions.Decision.Fork f -> throw undecided();
      case CommandDecisions.Decision.Unfork u -> throw undecided();
    };
  }

  private static IllegalStateException undecided() {
    return new IllegalStateException("an undo is a restore or nothing");
  }

  /** Returns what a restore would do. */
  public Result restore(Job job, Command.Restore command) {
    try {
      return new Result.Possible(report(job, preflight.plan(job, command)));
    } catch (RestoreRefusedException e) {
      return new Result.Refused(e.reason());
    } catch (NotInStreamException e) {
      return new Result.Refused(String.valueOf(e.getMessage()));
    }
  }

  private PreflightReport report(Job job, Plan plan) throws RestoreRefusedException {
    List<Checked> checked = new ArrayList<>();
    for (SubtaskSnapshot snapshot : plan.stored().values()) {
      snapshot.file().ifPresent(file -> checked.add(new Checked(Kind.STATE, file)));
      snapshot.state().manifest().runs().stream()
          .map(run -> new Checked(Kind.RUN, run.file()))
          .distinct()
          .forEach(checked::add);
    }
    List<Replay> replays = new ArrayList<>();
    Optional<String> unread = Optional.empty();
    try {
      // Only the stream knows which shards exist.
      Map<SubtaskId, SubtaskSnapshot> states = preflight.states(job, plan);
      unread = unread(job, plan, states);
      replays.addAll(replays(job, plan, states, unread.isEmpty()));
    } catch (StreamException e) {
      unread = Optional.of(String.valueOf(e.getMessage()));
    }
    return new PreflightReport(
        plan.from(),
        checked,
        plan.comparison(),
        ports.damages().damages(job.id()).size(),
        replays,
        unread);
  }

  /** Returns why the stream cannot be checked for the following records; empty if it can. */
  private Optional<String> unread(Job job, Plan plan, Map<SubtaskId, SubtaskSnapshot> states)
      throws RestoreRefusedException {
    try {
      coverage.require(job, plan.from(), states);
      return Optional.empty();
    } catch (StreamException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private List<Replay> replays(
      Job job, Plan plan, Map<SubtaskId, SubtaskSnapshot> states, boolean readsStream) {
    Map<SubtaskId, JournalTail> opened = coverage.placed(job.id(), states);
    SortedSet<SubtaskId> all = new TreeSet<>(states.keySet());
    all.addAll(opened.keySet());
    Optional<FreshStart> fresh =
        plan.from().positions() instanceof Positions.Anew(StartPosition start)
            ? Optional.of(coverage.freshStart(start))
            : Optional.empty();
    List<Replay> replays = new ArrayList<>();
    for (SubtaskId subtask : all) {
      Optional<SubtaskSnapshot> state = Optional.ofNullable(states.get(subtask));
      Optional<Header> head = Optional.ofNullable(opened.get(subtask)).map(JournalTail::head);
      List<String> sources = state.map(one -> sources(one, plan.stored())).orElse(List.of());
      replays.add(
          fresh.isPresent() && state.isPresent()
              ? replayFromStart(subtask, head, sources, fresh.get())
              : replay(
                  plan.from(),
                  subtask,
                  Optional.ofNullable(opened.get(subtask)),
                  sources,
                  state,
                  readsStream));
    }
    return replays;
  }

  /** Returns the subtasks from whose files a state is composed. */
  private static List<String> sources(
      SubtaskSnapshot given, Map<SubtaskId, SubtaskSnapshot> stored) {
    Set<FileRef> runs =
        given.state().manifest().runs().stream().map(RunRef::file).collect(Collectors.toSet());
    return stored.entrySet().stream()
        .filter(
            one ->
                (given.file().isPresent() && one.getValue().file().equals(given.file()))
                    || one.getValue().state().manifest().runs().stream()
                        .map(RunRef::file)
                        .anyMatch(runs::contains))
        .map(one -> one.getKey().name())
        .toList();
  }

  /** Describes the replay of a shard that begins at the stream's horizon or at a time. */
  private Replay replayFromStart(
      SubtaskId subtask, Optional<Header> head, List<String> sources, FreshStart fresh) {
    Position frontier = head.map(journals.frontier()::of).orElse(Position.beginning());
    Place place = fresh.in(subtask.shard(), head.flatMap(Header::firstApplied), frontier);
    if (!place.position().isBefore(frontier)) {
      return new Replay(
          subtask,
          sources,
          head.isPresent(),
          place.position(),
          frontier,
          0,
          Optional.empty(),
          Optional.empty());
    }
    return timed(
        subtask,
        sources,
        head.isPresent(),
        place,
        frontier,
        count(subtask.shard(), place, frontier));
  }

  private Replay replay(
      Restoration restoration,
      SubtaskId subtask,
      Optional<JournalTail> tail,
      List<String> sources,
      Optional<SubtaskSnapshot> state,
      boolean readsStream) {
    Optional<Header> head = tail.map(JournalTail::head);
    Position stored = state.map(one -> one.state().position()).orElse(Position.beginning());
    Position frontier = head.map(journals.frontier()::of).orElse(Position.beginning());
    if (!readsStream || !stored.isBefore(frontier)) {
      return new Replay(
          subtask,
          sources,
          head.isPresent(),
          stored,
          frontier,
          stored.isBefore(frontier) ? counted(head, state) : 0,
          Optional.empty(),
          Optional.empty());
    }
    Place place =
        coverage.sameStream(restoration, tail.orElseThrow(), state.map(SubtaskSnapshot::state));
    boolean isCounted = place.position().equals(stored) && isOfOneRun(head, state);
    long records = isCounted ? counted(head, state) : count(subtask.shard(), place, frontier);
    if (!place.position().isBefore(frontier)) {
      return new Replay(
          subtask,
          sources,
          true,
          place.position(),
          frontier,
          0,
          Optional.empty(),
          Optional.empty());
    }
    return timed(subtask, sources, true, place, frontier, records);
  }

  /**
   * Whether the number of records between a state and a head follows from their counts, without
   * reading the stream: there was no restore in between, and the head is not within a gap.
   */
  private static boolean isOfOneRun(Optional<Header> head, Optional<SubtaskSnapshot> state) {
    Optional<Epoch> then = state.map(one -> one.state().epoch());
    return then.isPresent() && head.filter(now -> !now.hasGap()).map(Header::epoch).equals(then);
  }

  /** Returns how many records the subtask has processed since the state was stored. */
  private static long counted(Optional<Header> head, Optional<SubtaskSnapshot> state) {
    long now = head.map(Header::counts).map(DryRun::processed).orElse(0L);
    long then = state.map(one -> processed(one.state().counts())).orElse(0L);
    return Math.max(0, now - then);
  }

  private Replay timed(
      SubtaskId subtask,
      List<String> sources,
      boolean isOpened,
      Place place,
      Position frontier,
      long records) {
    Instant now = ports.clock().instant();
    List<StreamRecord> first = first(subtask.shard(), place);
    return new Replay(
        subtask,
        sources,
        isOpened,
        place.position(),
        frontier,
        records,
        first.stream()
            .filter(record -> place.position().isBefore(record.sequenceNumber()))
            .findFirst()
            .map(record -> Duration.between(record.arrival(), now)),
        first.stream()
            .findFirst()
            .map(
                record ->
                    Duration.between(
                        now,
                        record.arrival().plus(ports.topology().source().stream().retention()))));
  }

  private static long processed(Counts counts) {
    return counts.applied() + counts.deadLettered();
  }

  private static Optional<From.At> begin(Place place) {
    return place.position().record().or(place::firstApplied).map(From.At::new);
  }

  /**
   * Returns the record at which a replay begins and the first record that it applies, if they
   * differ.
   */
  private List<StreamRecord> first(ShardId shard, Place place) {
    return begin(place).map(from -> reads.first(shard, from, 2)).orElse(List.of());
  }

  /** Counts the records between a place and the frontier. */
  private long count(ShardId shard, Place place, Position frontier) {
    AtomicLong records = new AtomicLong();
    begin(place)
        .ifPresent(
            from ->
                reads.readAll(
                    shard,
                    from,
                    Optional.empty(),
                    record -> {
                      if (frontier.isBeforeAllOf(record.sequenceNumber())) {
                        return false;
                      }
                      if (place.position().isBefore(record.sequenceNumber())) {
                        records.incrementAndGet();
                      }
                      return !frontier.equals(Position.after(record.sequenceNumber()));
                    }));
    return records.get();
  }
}
