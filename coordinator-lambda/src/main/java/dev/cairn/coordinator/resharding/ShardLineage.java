package dev.cairn.coordinator.resharding;

import dev.cairn.coordinator.journals.JournalTail;
import dev.cairn.id.Epoch;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.state.HashRange;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The subtasks of a job in one epoch, and which of them came from which by splits and merges. It is
 * a pure function of the journals as they were read; what the stream lists has no say in it.
 *
 * <p>A parent without a journal here is retired: its children have opened with its state long ago.
 */
public final class ShardLineage {
  private final Epoch epoch;
  private final Map<SubtaskId, JournalTail> tails = new TreeMap<>();
  private final Map<SubtaskId, List<SubtaskId>> parents = new TreeMap<>();
  private final Map<SubtaskId, List<SubtaskId>> openedChildren = new TreeMap<>();
  private final Set<SubtaskId> passedOn;

  public ShardLineage(Epoch epoch, Collection<JournalTail> journals) {
    this.epoch = epoch;
    for (JournalTail tail : journals) {
      tails.put(tail.subtask(), tail);
      parents.put(tail.subtask(), tail.parents());
    }
    for (JournalTail tail : journals) {
      if (isOpened(tail)) {
        for (SubtaskId parent : tail.parents()) {
          openedChildren.computeIfAbsent(parent, p -> new ArrayList<>()).add(tail.subtask());
        }
      }
    }
    this.passedOn = passedOn();
  }

  /** Whether a subtask is closed in this epoch: its children may open. */
  public boolean isClosed(SubtaskId subtask) {
    return Optional.ofNullable(tails.get(subtask)).filter(this::isClosed).isPresent();
  }

  private boolean isClosed(JournalTail tail) {
    return tail.isClosed() && tail.head().epoch().equals(epoch);
  }

  private static boolean isAncestor(JournalTail tail) {
    return tail.base().mode() == Mode.ANCESTOR;
  }

  /**
   * Whether a closed subtask has no state to pass on. The descendants of an ancestor got theirs
   * from a checkpoint, and which of them came from it is not always known, where the stream has
   * forgotten a shard in between. A shard that nobody read never had any, and its journal does not
   * say which keys it had.
   */
  private static boolean isWithoutState(JournalTail closed) {
    return isAncestor(closed) || closed.base().isClosedUnread();
  }

  private static boolean isOpened(JournalTail tail) {
    return tail.base().mode() != Mode.UNOPENED;
  }

  /**
   * The closed subtasks whose children have taken over all of their state, as have those of their
   * ancestors. A checkpoint has no part of these.
   */
  public Set<SubtaskId> passedOnState() {
    return passedOn;
  }

  /**
   * The subtasks whose state a checkpoint has to hold. Each key that is anyone's belongs to exactly
   * one of them: to a closed subtask until all of its children are opened, and to these from then
   * on.
   */
  public SortedSet<SubtaskId> expected() {
    return tails.values().stream()
        .filter(ShardLineage::isOpened)
        .map(JournalTail::subtask)
        .filter(subtask -> !passedOn.contains(subtask))
        .filter(subtask -> hasAllFrom(parents.getOrDefault(subtask, List.of()), passedOn))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The largest set of closed subtasks that have passed on all of their state. */
  private Set<SubtaskId> passedOn() {
    Set<SubtaskId> left =
        tails.values().stream()
            .filter(this::isClosed)
            .map(JournalTail::subtask)
            .collect(Collectors.toCollection(HashSet::new));
    boolean isSmaller = true;
    while (isSmaller) {
      Set<SubtaskId> among = Set.copyOf(left);
      isSmaller = left.removeIf(subtask -> !hasPassedOn(subtask, among));
    }
    return Set.copyOf(left);
  }

  private boolean hasPassedOn(SubtaskId subtask, Set<SubtaskId> passedOn) {
    if (Optional.ofNullable(tails.get(subtask)).filter(ShardLineage::isWithoutState).isPresent()) {
      return true;
    }
    List<SubtaskId> children = openedChildren.getOrDefault(subtask, List.of());
    return hasAllFrom(parents.getOrDefault(subtask, List.of()), passedOn)
        && children.stream()
            .allMatch(child -> hasAllFrom(parents.getOrDefault(child, List.of()), passedOn))
        && covers(children.stream().map(this::range).toList(), range(subtask));
  }

  private boolean hasAllFrom(List<SubtaskId> parents, Set<SubtaskId> passedOn) {
    return parents.stream()
        .allMatch(parent -> passedOn.contains(parent) || !tails.containsKey(parent));
  }

  private HashRange range(SubtaskId subtask) {
    return Optional.ofNullable(tails.get(subtask)).orElseThrow().base().origin().range();
  }

  /**
   * Whether a closed subtask has a child without a journal: no task has ever opened it, so nobody
   * knows how far it was read.
   */
  public static boolean hasUnknownChildren(JournalTail closed, Collection<JournalTail> journals) {
    return closed.isClosed()
        && !isWithoutState(closed)
        && !covers(
            journals.stream()
                .filter(tail -> tail.parents().contains(closed.subtask()))
                .map(tail -> tail.base().origin().range())
                .toList(),
            closed.base().origin().range());
  }

  /** Whether these ranges together have all keys of a range. */
  private static boolean covers(List<HashRange> children, HashRange range) {
    Optional<HashRange> covered = Optional.empty();
    for (HashRange next :
        children.stream().sorted(Comparator.comparing(HashRange::from)).toList()) {
      if (covered.isEmpty()) {
        if (next.from().compareTo(range.from()) > 0) {
          return false;
        }
        covered = Optional.of(next);
      } else if (next.to().compareTo(covered.get().to()) > 0) {
        if (!covered.get().isRightBefore(next) && covered.get().intersection(next).isEmpty()) {
          return false;
        }
        covered = Optional.of(next);
      }
    }
    return covered.filter(last -> last.to().compareTo(range.to()) >= 0).isPresent();
  }
}
