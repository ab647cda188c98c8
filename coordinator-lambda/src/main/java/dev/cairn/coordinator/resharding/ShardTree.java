package dev.cairn.coordinator.resharding;

import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.ShardId;
import dev.cairn.journal.Entry;
import dev.cairn.state.Ancestry;
import dev.cairn.state.HashRange;
import dev.cairn.state.KeyHash;
import dev.cairn.state.KeyOwners;
import dev.cairn.state.Origin;
import dev.cairn.stream.Shard;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The shards that a job's journals or its stream know, from parents to children, and the state of
 * each. It is a pure function of what was read.
 *
 * @param shards by id
 */
public record ShardTree(SortedMap<ShardId, Node> shards) {

  public ShardTree {
    shards = Collections.unmodifiableSortedMap(new TreeMap<>(shards));
  }

  /** How far a shard is on its way from its parents to its children. */
  public enum State {
    /** No task has opened the shard in this epoch. */
    WAITING,
    /** Kinesis accepts records for the shard, and a task applies them. */
    OPEN,
    /** Kinesis has closed the shard, and the job has not applied it to its end. */
    DRAINING,
    /** The job has applied the shard to its end. */
    CLOSED
  }

  /**
   * A shard.
   *
   * @param range its part of the hash space
   * @param parents the shards that it came from by a split or a merge
   * @param isGone whether the stream was read and does not list the shard
   * @param tail its journal; empty if no task has ever opened the shard
   * @param waitsFor its parents that have to be closed before it can open
   * @param forgotten its parents that nobody can read any more, and whose loss no user has accepted
   */
  public record Node(
      ShardId id,
      State state,
      HashRange range,
      List<ShardId> parents,
      boolean isGone,
      Optional<JournalTail> tail,
      List<ShardId> waitsFor,
      List<ShardId> forgotten) {
    public Node {
      parents = List.copyOf(parents);
      waitsFor = List.copyOf(waitsFor);
      forgotten = List.copyOf(forgotten);
    }

    /** Whether the shard waits for other shards, unlike one that waits for its first record. */
    public boolean isHeldBack() {
      return state == State.WAITING && !(waitsFor.isEmpty() && forgotten.isEmpty());
    }

    /**
     * Whether the stream no longer lists the shard before the job has read it to its end. Only a
     * user can decide that the job continues without the rest.
     */
    public boolean isForgotten() {
      return state == State.DRAINING
          && isGone
          && tail.map(JournalTail::head)
              .filter(head -> !head.following().mayBeMissing())
              .filter(head -> !(head.position() instanceof Position.End))
              .isPresent();
    }
  }

  /**
   * Creates the tree.
   *
   * @param epoch the job's epoch
   * @param listed the shards that the stream lists; empty if it was not read
   */
  public static ShardTree of(Epoch epoch, Collection<JournalTail> journals, List<Shard> listed) {
    return new Builder(epoch, journals, listed).tree();
  }

  /**
   * The listed shards that are retired: they have no journal among those that were read, and a
   * shard that came from them is opened. A shard is opened only when its parents are closed; or by
   * a restore that begins anew, and then its parents are not needed any more. One that is to open
   * again needs its parents, and none of them is retired.
   */
  public static Set<ShardId> retired(Collection<JournalTail> journals, List<Shard> listed) {
    Map<ShardId, List<ShardId>> parents = new TreeMap<>();
    listed.forEach(shard -> parents.put(shard.id(), shard.parents()));
    List<ShardId> opened =
        journals.stream()
            .filter(JournalTail::isOpened)
            .map(tail -> tail.subtask().shard())
            .toList();
    Set<ShardId> retired = new HashSet<>(new Ancestry<>(parents).ancestors(opened));
    retired.retainAll(parents.keySet());
    journals.forEach(tail -> retired.remove(tail.subtask().shard()));
    return retired;
  }

  /** The shards that came from no other shard of the tree. */
  public List<ShardId> roots() {
    return shards.values().stream()
        .filter(shard -> shard.parents().stream().noneMatch(shards::containsKey))
        .map(Node::id)
        .toList();
  }

  /** The shards that a split or a merge has made of a shard. */
  public List<ShardId> children(ShardId parent) {
    return shards.values().stream()
        .filter(shard -> shard.parents().contains(parent))
        .map(Node::id)
        .toList();
  }

  /** The shards in a state. */
  public List<Node> in(State state) {
    return shards.values().stream().filter(shard -> shard.state() == state).toList();
  }

  /**
   * The parts of the hash space of which no shard is open, draining, or waiting to open: records
   * with these keys reach nobody. It tells something only if the stream was read, because the
   * journals do not know the shards that wait.
   */
  public List<HashRange> uncovered() {
    List<HashRange> gaps = new ArrayList<>();
    Optional<KeyHash> next = Optional.of(HashRange.ALL.from());
    for (HashRange range :
        shards.values().stream()
            .filter(shard -> shard.state() != State.CLOSED)
            .map(Node::range)
            .sorted(Comparator.comparing(HashRange::from))
            .toList()) {
      if (next.isEmpty()) {
        break;
      }
      if (range.from().compareTo(next.get()) > 0) {
        gaps.add(new HashRange(next.get(), range.from().previous().orElseThrow()));
      }
      if (range.to().compareTo(next.get()) >= 0) {
        next = range.to().next();
      }
    }
    next.ifPresent(from -> gaps.add(new HashRange(from, HashRange.ALL.to())));
    return gaps;
  }

  /** Creates the shards of a tree. */
  private static final class Builder {
    private final ShardLineage lineage;
    private final SortedMap<ShardId, JournalTail> tails = new TreeMap<>();
    private final SortedMap<ShardId, Shard> listed = new TreeMap<>();
    private final Set<ShardId> ended = new HashSet<>();
    private final Set<ShardId> retired;
    private final boolean isStreamRead;

    Builder(Epoch epoch, Collection<JournalTail> journals, List<Shard> shards) {
      lineage = new ShardLineage(epoch, journals);
      isStreamRead = !shards.isEmpty();
      for (JournalTail tail : journals) {
        tails.put(tail.subtask().shard(), tail);
        ended.addAll(tail.base().origin().parents());
      }
      for (Shard shard : shards) {
        listed.put(shard.id(), shard);
        ended.addAll(shard.parents());
      }
      retired = retired(journals, shards);
    }

    ShardTree tree() {
      Set<ShardId> ids = new LinkedHashSet<>(tails.keySet());
      ids.addAll(listed.keySet());
      return new ShardTree(
          ids.stream()
              .map(this::node)
              .collect(Collectors.toMap(Node::id, node -> node, (a, b) -> a, TreeMap::new)));
    }

    private Node node(ShardId id) {
      Optional<JournalTail> tail = Optional.ofNullable(tails.get(id));
      Optional<Shard> shard = Optional.ofNullable(listed.get(id));
      // A child may have been opened with the state of other shards than its parents.
      List<ShardId> parents =
          shard
              .map(Shard::parents)
              .or(() -> tail.map(journal -> journal.base().origin().parents()))
              .orElse(List.of());
      HashRange range =
          shard.map(Shard::range).or(() -> tail.map(t -> t.base().origin().range())).orElseThrow();
      boolean isOpened = tail.filter(JournalTail::isOpened).isPresent();
      List<ShardId> open = isOpened ? List.of() : parents.stream().filter(this::isOpen).toList();
      List<ShardId> forgotten =
          isOpened || !hasOtherHolders(id, parents, range)
              ? List.of()
              : parents.stream().filter(this::isUnread).toList();
      State state = state(id, tail, isOpened, open.isEmpty() && forgotten.isEmpty());
      return new Node(id, state, range, parents, isGone(id), tail, open, forgotten);
    }

    private State state(ShardId id, Optional<JournalTail> tail, boolean isOpened, boolean mayOpen) {
      if (retired.contains(id)
          || tail.filter(journal -> lineage.isClosed(journal.subtask())).isPresent()) {
        return State.CLOSED;
      }
      boolean isEnded = ended.contains(id) || isGone(id);
      if (isOpened) {
        return isEnded ? State.DRAINING : State.OPEN;
      }
      return isEnded && mayOpen ? State.DRAINING : State.WAITING;
    }

    private boolean isGone(ShardId id) {
      return isStreamRead && !listed.containsKey(id);
    }

    /** Whether a parent still has to be applied to its end. */
    private boolean isOpen(ShardId parent) {
      return Optional.ofNullable(tails.get(parent))
          .map(tail -> !lineage.isClosed(tail.subtask()))
          .orElse(listed.containsKey(parent));
    }

    /** Whether nobody can read a parent any more, and no user has accepted that. */
    private boolean isUnread(ShardId parent) {
      return Optional.ofNullable(tails.get(parent))
          .map(tail -> tail.base().isClosedUnread() && !tail.head().following().mayBeMissing())
          .orElse(isGone(parent));
    }

    /**
     * Whether other subtasks than a shard's parents have or had keys of it. If nobody has, the
     * shard opens without anyone's consent, even if its parents were never read.
     */
    private boolean hasOtherHolders(ShardId id, List<ShardId> parents, HashRange range) {
      if (parents.stream().noneMatch(this::isUnread)) {
        return false;
      }
      Map<ShardId, Origin> others = new TreeMap<>();
      for (JournalTail tail : tails.values()) {
        Entry.Base base = tail.base();
        if (!tail.subtask().shard().equals(id) && base.hasState()) {
          others.put(tail.subtask().shard(), base.origin());
        }
      }
      return !parents.containsAll(KeyOwners.of(range, others).keySet());
    }
  }
}
