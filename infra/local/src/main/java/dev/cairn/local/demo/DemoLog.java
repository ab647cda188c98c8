package dev.cairn.local.demo;

import dev.cairn.cli.output.Sizes;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.Epoch;
import dev.cairn.id.Position;
import dev.cairn.id.Revision;
import dev.cairn.id.ShardId;
import dev.cairn.id.SubtaskId;
import dev.cairn.journal.Entry;
import dev.cairn.journal.Entry.Header;
import dev.cairn.journal.Entry.Restored.Mode;
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Counts;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Records all appended entries and their writers: the pipeline's progress, and what restores
 * reverted.
 */
final class DemoLog {
  private final Screen screen;
  private final Map<SubtaskId, Header> heads = new HashMap<>();
  private final Map<SubtaskId, TreeMap<Long, String>> writers = new HashMap<>();
  private final Map<Epoch, Rewind> rewinds = new TreeMap<>();
  private final Map<SubtaskId, Counts> counts = new HashMap<>();
  private final Map<SubtaskId, Counts> closedCounts = new HashMap<>();
  private final Set<SubtaskId> ancestors = new HashSet<>();
  private final Map<SubtaskId, Duration> closed = new HashMap<>();
  private final Map<SubtaskId, Duration> opened = new HashMap<>();

  DemoLog(Screen screen) {
    this.screen = screen;
  }

  /**
   * The effect of one restore.
   *
   * @param rewound records that it reverted
   * @param replayed those of them that were applied again
   */
  record Rewind(CheckpointId checkpoint, long rewound, long replayed) {
    Rewind plus(long moreRewound, long moreReplayed) {
      return new Rewind(checkpoint, rewound + moreRewound, replayed + moreReplayed);
    }
  }

  /** Records what this process appends. */
  void appended(String process, SubtaskId subtask, Entry entry, Append outcome) {
    if (outcome != Append.APPENDED) {
      return;
    }
    List<String> news;
    synchronized (this) {
      Header after = entry.header();
      Optional<Header> before = Optional.ofNullable(heads.get(subtask));
      if (before.isPresent() && !after.revision().isAfter(before.get().revision())) {
        return;
      }
      heads.put(subtask, after);
      TreeMap<Long, String> names = writers.computeIfAbsent(subtask, none -> new TreeMap<>());
      names.put(after.revision().value(), process);
      while (names.size() > 1000) {
        names.pollFirstEntry();
      }
      long recordsBefore = total(counts(subtask));
      count(subtask, entry);
      news = news(subtask, before, recordsBefore, entry);
    }
    news.forEach(screen::say);
  }

  /**
   * A restore of a checkpoint that has the state of a shard's descendants keeps the shard's own
   * counts nowhere, but each of its records is in that state.
   */
  private void count(SubtaskId subtask, Entry entry) {
    Counts own = entry.header().counts();
    if (entry instanceof Entry.Closed) {
      closedCounts.put(subtask, own);
    }
    boolean isAncestor = entry instanceof Entry.Base base && base.mode() == Mode.ANCESTOR;
    boolean staysAncestor = !(entry instanceof Entry.Base) && ancestors.contains(subtask);
    if (isAncestor || staysAncestor) {
      ancestors.add(subtask);
      counts.put(subtask, closedCounts.getOrDefault(subtask, own));
    } else {
      ancestors.remove(subtask);
      counts.put(subtask, own);
    }
  }

  private List<String> news(
      SubtaskId subtask, Optional<Header> before, long recordsBefore, Entry entry) {
    List<String> news = new ArrayList<>();
    before.flatMap(head -> ofRestore(subtask, head, recordsBefore, entry)).ifPresent(news::add);
    ofReshard(subtask, entry).ifPresent(news::add);
    return news;
  }

  private Optional<String> ofRestore(
      SubtaskId subtask, Header before, long recordsBefore, Entry entry) {
    Header after = entry.header();
    if (entry instanceof Entry.Restored restored && restored.checkpoint().isPresent()) {
      CheckpointId checkpoint = restored.checkpoint().get();
      long rewound = recordsBefore - total(counts(subtask));
      rewinds.merge(
          after.epoch(),
          new Rewind(checkpoint, rewound, 0),
          (one, other) -> one.plus(other.rewound(), 0));
      return restored(subtask, restored, checkpoint, rewound);
    }
    if (before.hasGap() && rewinds.containsKey(after.epoch())) {
      long replayed = total(counts(subtask)) - recordsBefore;
      rewinds.computeIfPresent(after.epoch(), (epoch, rewind) -> rewind.plus(0, replayed));
      if (!after.hasGap()) {
        return Optional.of(subtask.shard() + " has closed its gap at revision " + after.revision());
      }
    }
    return Optional.empty();
  }

  private static Optional<String> restored(
      SubtaskId subtask, Entry.Restored restored, CheckpointId checkpoint, long rewound) {
    String records = Sizes.count(rewound) + " records to apply again";
    return switch (restored.mode()) {
      case LIVE ->
          Optional.of(
              subtask.shard()
                  + " is put back to checkpoint "
                  + checkpoint
                  + " by revision "
                  + restored.header().revision()
                  + ": "
                  + records);
      case UNOPENED ->
          Optional.of(
              subtask.shard()
                  + " is not in checkpoint "
                  + checkpoint
                  + ", and opens again from its parents: "
                  + records);
      case CLOSED, ANCESTOR -> Optional.empty();
    };
  }

  private Optional<String> ofReshard(SubtaskId subtask, Entry entry) {
    if (entry instanceof Entry.Closed) {
      closed.putIfAbsent(subtask, screen.elapsed());
      return Optional.of(
          "  … "
              + subtask.shard()
              + " is closed by revision "
              + entry.revision()
              + ": every record of it is in its state");
    }
    if (entry instanceof Entry.Opened first && !first.origin().parents().isEmpty()) {
      opened.putIfAbsent(subtask, screen.elapsed());
      return Optional.of(
          "  … "
              + subtask.shard()
              + " opens with the state of "
              + first.origin().parents().stream()
                  .map(ShardId::value)
                  .collect(Collectors.joining(" and ")));
    }
    return Optional.empty();
  }

  private static long total(Counts counts) {
    return counts.applied() + counts.deadLettered();
  }

  /** Records that are in the state of the pipeline as it is. */
  synchronized long records() {
    return counts.values().stream().mapToLong(DemoLog::total).sum();
  }

  /** The records of one subtask that are in the state of the pipeline as it is. */
  synchronized Counts counts(SubtaskId subtask) {
    return counts.getOrDefault(subtask, Counts.NONE);
  }

  /** The number of records of one subtask that are in the state of the pipeline as it is. */
  long total(SubtaskId subtask) {
    return total(counts(subtask));
  }

  /** The time since the beginning at which the subtask was first closed. */
  synchronized Optional<Duration> closed(SubtaskId subtask) {
    return Optional.ofNullable(closed.get(subtask));
  }

  /** The time since the beginning at which the subtask was first opened by a split or a merge. */
  synchronized Optional<Duration> opened(SubtaskId subtask) {
    return Optional.ofNullable(opened.get(subtask));
  }

  synchronized Optional<Header> head(SubtaskId subtask) {
    return Optional.ofNullable(heads.get(subtask));
  }

  synchronized Optional<Rewind> rewind(Epoch epoch) {
    return Optional.ofNullable(rewinds.get(epoch));
  }

  /** Returns the writer of a revision. */
  synchronized Optional<String> writer(SubtaskId subtask, Revision revision) {
    return Optional.ofNullable(
        writers.getOrDefault(subtask, new TreeMap<>()).get(revision.value()));
  }

  /** The first container that wrote this revision or, when the coordinator did, one after it. */
  synchronized Optional<String> containerFrom(SubtaskId subtask, Revision revision) {
    return writers
        .getOrDefault(subtask, new TreeMap<>())
        .tailMap(revision.value())
        .values()
        .stream()
        .filter(writer -> !writer.equals(Pipeline.COORDINATOR))
        .findFirst();
  }

  /** Whether every shard has applied this much. */
  synchronized boolean reached(Map<ShardId, Position> ends) {
    Set<ShardId> there = new HashSet<>();
    heads.forEach(
        (subtask, head) -> {
          Position end = ends.getOrDefault(subtask.shard(), Position.beginning());
          if (!head.hasGap() && !head.position().isBefore(end)) {
            there.add(subtask.shard());
          }
        });
    return there.containsAll(ends.keySet());
  }
}
