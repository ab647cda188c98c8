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
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A subtask as its journal has it at one revision: the live state, and what its next snapshot has
 * to store.
 */
public final class Subtask<E> {
  // A change's objects in the map of changes, without its bytes.
  private static final int CHANGE_BYTES = 150;

  private final SubtaskId id;
  private final Operator<E> operator;
  private final Origin origin;
  private final Map<String, StateSchema> schemas = new TreeMap<>();
  private final Map<StateKey, Change> sinceBase = new HashMap<>();
  private Header head;
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
  private int entriesSinceDoubled;

  /** A subtask right at a base entry, whose state the operator already has. */
  Subtask(SubtaskId id, Operator<E> operator, Entry.Base base) {
    this.id = id;
    this.operator = operator;
    this.origin = base.origin();
    this.head = base.header();
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

  StateHandle handle() {
    return handle;
  }

  /** Whether the state lies in files on which no snapshot may build. */
  public boolean isToBeRewritten() {
    return toBeRewritten;
  }

  /** The checkpoint that was asked for since the last base and has no snapshot here. */
  public Optional<Entry.Triggered> trigger() {
    return trigger;
  }

  /** The trigger before that one, if it has no snapshot either. */
  public Optional<Entry.Triggered> triggerBefore() {
    return triggerBefore;
  }

  /** How many triggers in a row have no snapshot, the pending one not among them. */
  public int unacknowledgedBefore() {
    return trigger.isPresent() ? triggersSinceBase - 1 : triggersSinceBase;
  }

  /**
   * Whether a task has applied records since the pending trigger. That invocation went on to its
   * snapshot, and has not stored it.
   */
  public boolean hasAdvancedSinceTrigger() {
    return trigger.isPresent() && advancedSinceTrigger;
  }

  /** When records were applied last, since the last base. */
  public Optional<Instant> lastAdvancedAt() {
    return lastAdvancedAt;
  }

  /** Its checkpoint is over, or was declined: this container does not look at it again. */
  public void dropTrigger() {
    trigger = Optional.empty();
  }

  /** What changed since the last base, one change a cell, sorted. */
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
   * About how much of the heap this subtask takes. See {@link KeyedStateBackend#retainedBytes()};
   * values that changed since the last base are counted twice, as they may be held twice.
   */
  public long retainedBytes() {
    return state().retainedBytes() + sinceBaseBytes;
  }

  /** How many deltas were adopted since their size passed a power of two. */
  public int entriesSinceDoubled() {
    return entriesSinceDoubled;
  }

  /**
   * Every state that this subtask has or had, by name; what the function declares now counts before
   * what was stored.
   */
  List<StateSchema> schemas() {
    Map<String, StateSchema> all = new TreeMap<>(schemas);
    state().schemas().forEach(schema -> all.put(schema.name(), schema));
    return List.copyOf(all.values());
  }

  /** The states that the journal since the last base does not tell of. */
  public List<StateSchema> newSchemas() {
    return state().schemas().stream()
        .filter(schema -> !schema.equals(schemas.get(schema.name())))
        .toList();
  }

  /** Takes over an entry of another container, and its changes with it. */
  void applyDelta(Entry.Advanced advanced, List<Change> delta) {
    state().requireCompatible(advanced.states());
    delta.forEach(state()::load);
    recordDelta(advanced, delta);
  }

  /** Takes over an entry whose changes the state in memory has already. */
  public void recordDelta(Entry.Advanced advanced, List<Change> delta) {
    head = advanced.header();
    advanced.states().forEach(schema -> schemas.put(schema.name(), schema));
    long before = deltaBytes;
    for (Change change : delta) {
      Change replaced = sinceBase.put(change.key(), change);
      deltaBytes += size(change);
      sinceBaseBytes += size(change) - (replaced == null ? -CHANGE_BYTES : size(replaced));
    }
    deltas++;
    boolean doubled = Long.highestOneBit(before) != Long.highestOneBit(deltaBytes);
    entriesSinceDoubled = doubled ? 0 : entriesSinceDoubled + 1;
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
    // It makes the journal longer all the same.
    deltas++;
  }

  public void applySuspicion(Entry.Suspected suspected) {
    head = suspected.header();
    deltas++;
  }

  /** Takes over an entry that leaves the state as it is and brings it into another epoch. */
  void applyEpoch(Header entering) {
    head = entering;
    // No checkpoint spans two epochs: what was asked for before is over.
    clearTriggers();
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

  /** Takes over a base that stores the very state that is in memory. */
  public void applyBase(Entry.Base stored) {
    head = stored.header();
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
