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
import dev.cairn.journal.Journal.Append;
import dev.cairn.state.Counts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Records all appended entries and their writers: the pipeline's progress, and what restores
 * reverted.
 */
final class DemoLog {
  private final Screen screen;
  private final Map<SubtaskId, Header> heads = new HashMap<>();
  private final Map<SubtaskId, TreeMap<Long, String>> writers = new HashMap<>();
  private final Map<Epoch, Rewind> rewinds = new TreeMap<>();

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
    Optional<String> news;
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
      news = before.flatMap(head -> news(subtask, head, entry));
    }
    news.ifPresent(screen::say);
  }

  private Optional<String> news(SubtaskId subtask, Header before, Entry entry) {
    Header after = entry.header();
    if (entry instanceof Entry.Restored restored && restored.checkpoint().isPresent()) {
      CheckpointId checkpoint = restored.checkpoint().get();
      long rewound = total(before.counts()) - total(after.counts());
      rewinds.merge(
          after.epoch(),
          new Rewind(checkpoint, rewound, 0),
          (one, other) -> one.plus(other.rewound(), 0));
      return Optional.of(
          subtask.shard()
              + " is put back to checkpoint "
              + checkpoint
              + " by revision "
              + after.revision()
              + ": "
              + Sizes.count(rewound)
              + " records to apply again");
    }
    if (before.hasGap() && rewinds.containsKey(after.epoch())) {
      long replayed = total(after.counts()) - total(before.counts());
      rewinds.computeIfPresent(after.epoch(), (epoch, rewind) -> rewind.plus(0, replayed));
      if (!after.hasGap()) {
        return Optional.of(subtask.shard() + " has closed its gap at revision " + after.revision());
      }
    }
    return Optional.empty();
  }

  private static long total(Counts counts) {
    return counts.applied() + counts.deadLettered();
  }

  /** Records that are in the state of the pipeline as it is. */
  synchronized long records() {
    return heads.values().stream().mapToLong(head -> total(head.counts())).sum();
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
