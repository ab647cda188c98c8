package dev.cairn.task.subtask;

import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.operator.KeyedStateBackend;
import dev.cairn.operator.Operator;
import dev.cairn.state.Change;
import dev.cairn.state.Origin;
import dev.cairn.state.StateHandle;
import dev.cairn.state.StateKey;
import dev.cairn.state.StateSchema;
import dev.cairn.task.ports.TaskDecisions;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A subtask at one revision of its journal: its live state, and the changes that its next snapshot
 * must store.
 */
public final class Subtask<E> {
  // The size of a change's objects in the map of changes, without its bytes.
  private static final int CHANGE_BYTES = 150;

  private final SubtaskId id;
  private final Operator<E> operator;
  private final Origin origin;
  private final Map<String, StateSchema> schemas = new TreeMap<>();
  private final Map<StateKey, Change> sinceBase = new HashMap<>();
  private Header head;
  private Entry.Restored.Mode mode;
  private StateHandle handle;
  private boolean toBeRewritten;
  private int deltas;
  private long deltaBytes;
  private long sinceBaseBytes;
  private Optional<Entry.Triggered> trigger = Optional.empty();
  private Optional<Entry.Triggered> triggerBefore = Optional.empty();
  private Optional<Entry.Triggered> lastTrigger = Optional.empty();
  private int triggersSinceBase;
  private boolean advancedSinceTrigger;
  private Optional<Instant> lastAdvancedAt = Optional.empty();
  // Of each of the last deltas, at its number's place: what those before it had.
  private final long[] deltaBytesBefore = new long[TaskDecisions.MATERIALIZE_TRIES];

  /** Creates a subtask at a base entry, whose state the operator already has. */
  Subtask(SubtaskId id, Operator<E> operator, Entry.Base base) {
    this.id = id;
    this.operator = operator;
    this.origin = base.origin();
    this.head = base.header();
    this.mode = base.mode();
    this.handle = base.handle();
    this.toBeRewritten =
        base instanceof Entry.Restored restored && restored.isToBeRewritten(id.job());
    base.handle().manifest().schemas().forEach(schema -> schemas.put(schema.name(), schema));
  }

  public SubtaskId id() {
    return id;
  }

  public Operator<E> operator() {
    return operator;
  }

  public KeyedStateBackend state() {
    return operator.state();
  }

  public Header head() {
    return head;
  }

  public Origin origin() {
    return origin;
  }

  /** Whether every record of its closed shard is applied, and its journal says so. */
  public boolean isClosed() {
    return mode == Entry.Restored.Mode.CLOSED;
  }

  public StateHandle handle() {
    return handle;
  }

  /** Whether the state's files are ones to which no snapshot may refer. */
  public boolean isToBeRewritten() {
    return toBeRewritten;
  }

  /** Returns the last trigger since the base that has no snapshot. */
  public Optional<Entry.Triggered> trigger() {
    return trigger;
  }

  /** Returns the trigger before the pending one, if it has no snapshot either. */
  public Optional<Entry.Triggered> triggerBefore() {
    return triggerBefore;
  }

  /** Returns how many consecutive triggers before the pending one have no snapshot. */
  public int unacknowledgedBefore() {
    return trigger.isPresent() ? triggersSinceBase - 1 : triggersSinceBase;
  }

  /**
   * Whether a task has applied records since the pending trigger. That invocation then began a
   * snapshot and has not stored it.
   */
  public boolean hasAdvancedSinceTrigger() {
    return trigger.isPresent() && advancedSinceTrigger;
  }

  /** Returns when records were last applied since the last base. */
  public Optional<Instant> lastAdvancedAt() {
    return lastAdvancedAt;
  }

  /** Drops the pending trigger, because its checkpoint has ended or was declined. */
  public void dropTrigger() {
    trigger = Optional.empty();
  }

  /** Returns the changes since the last base, one per cell, sorted. */
  Collection<Change> sinceBase() {
    return new TreeMap<>(sinceBase).values();
  }

  public int deltasSinceBase() {
    return deltas;
  }

  public long deltaBytesSinceBase() {
    return deltaBytes;
  }

  /**
   * Returns the estimated heap bytes of this subtask. See {@link
   * KeyedStateBackend#retainedBytes()}; values that changed since the last base count twice,
   * because they may be held twice.
   */
  public long retainedBytes() {
    return state().retainedBytes() + sinceBaseBytes;
  }

  /** Returns the size of all deltas since the base but the last few, in which a base is tried. */
  public long deltaBytesBeforeTries() {
    int tries = deltaBytesBefore.length;
    return deltas < tries ? 0 : deltaBytesBefore[deltas % tries];
  }

  /**
   * Returns the schemas of all current and former states, by name; the function's current
   * declarations take precedence.
   */
  List<StateSchema> schemas() {
    Map<String, StateSchema> all = new TreeMap<>(schemas);
    state().schemas().forEach(schema -> all.put(schema.name(), schema));
    return List.copyOf(all.values());
  }

  /** Returns the schemas of states that the journal since the last base does not contain. */
  public List<StateSchema> newSchemas() {
    return state().schemas().stream()
        .filter(schema -> !schema.equals(schemas.get(schema.name())))
        .toList();
  }

  /** Applies an entry of another container with its changes. */
  void applyDelta(Entry.Advanced advanced, List<Change> delta) {
    state().requireCompatible(advanced.states());
    delta.forEach(state()::load);
    recordDelta(advanced, delta);
  }

  /** Applies an entry whose changes the state in memory already has. */
  public void recordDelta(Entry.Advanced advanced, List<Change> delta) {
    head = advanced.header();
    advanced.states().forEach(schema -> schemas.put(schema.name(), schema));
    deltaBytesBefore[deltas % deltaBytesBefore.length] = deltaBytes;
    for (Change change : delta) {
      Change replaced = sinceBase.put(change.key(), change);
      deltaBytes += size(change);
      sinceBaseBytes += size(change) - (replaced == null ? -CHANGE_BYTES : size(replaced));
    }
    deltas++;
    advancedSinceTrigger = true;
    lastAdvancedAt = Optional.of(head.writtenAt());
  }

  private static long size(Change change) {
    return switch (change) {
      case Change.Put put -> put.key().bytes().length + (long) put.value().length;
      case Change.Removed removed -> removed.key().bytes().length;
    };
  }

  public void applyFailure(Entry.Failed failed) {
    head = failed.header();
    // It makes the journal longer nevertheless.
    deltas++;
  }

  public void applySuspicion(Entry.Suspected suspected) {
    head = suspected.header();
    deltas++;
  }

  /** Applies an entry that brings the subtask into another epoch without changing its state. */
  void applyEpoch(Header entering) {
    boolean isLater = entering.epoch().isAfter(head.epoch());
    head = entering;
    if (isLater) {
      // No checkpoint spans two epochs, so earlier triggers are obsolete.
      clearTriggers();
    }
  }

  private void clearTriggers() {
    trigger = Optional.empty();
    triggerBefore = Optional.empty();
    lastTrigger = Optional.empty();
    triggersSinceBase = 0;
  }

  public void applyTrigger(Entry.Triggered triggered) {
    head = triggered.header();
    triggerBefore = lastTrigger;
    trigger = Optional.of(triggered);
    lastTrigger = trigger;
    triggersSinceBase++;
    advancedSinceTrigger = false;
  }

  /** Applies a base that stores exactly the state in memory. */
  public void applyBase(Entry.Base stored) {
    head = stored.header();
    mode = stored.mode();
    handle = stored.handle();
    stored.handle().manifest().schemas().forEach(schema -> schemas.put(schema.name(), schema));
    toBeRewritten = false;
    sinceBase.clear();
    deltas = 0;
    deltaBytes = 0;
    sinceBaseBytes = 0;
    clearTriggers();
  }
}
