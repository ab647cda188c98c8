package dev.cairn.inmemory.dynamodb;

import dev.cairn.history.History;
import dev.cairn.history.HistoryLine;
import dev.cairn.history.HistoryMark;
import dev.cairn.id.JobId;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/** Histories in memory, which never expire. */
public final class InMemoryHistory implements History {
  private static final Comparator<HistoryLine> BY_TIME =
      Comparator.<HistoryLine>comparingLong(line -> line.at().toEpochMilli())
          .thenComparing(HistoryLine::id);

  private final Map<JobId, HistoryMark> marks = new HashMap<>();
  private final Map<JobId, NavigableSet<HistoryLine>> lines = new HashMap<>();

  @Override
  public synchronized Optional<HistoryMark> mark(JobId job) {
    return Optional.ofNullable(marks.get(job));
  }

  @Override
  public synchronized boolean record(JobId job, HistoryMark mark, List<HistoryLine> more) {
    if (more.size() > LARGEST_RECORD) {
      throw new IllegalArgumentException(
          "a record has " + LARGEST_RECORD + " lines at most, and this one " + more.size());
    }
    if (mark(job).map(HistoryMark::version).orElse(0L) != mark.version() - 1) {
      return false;
    }
    marks.put(job, mark);
    for (HistoryLine line : more) {
      // Replaces an existing line, as a put does.
      linesOf(job).remove(line);
      linesOf(job).add(line);
    }
    return true;
  }

  @Override
  public synchronized List<HistoryLine> lines(
      JobId job, Instant since, Optional<HistoryLine> before, int limit) {
    NavigableSet<HistoryLine> all = linesOf(job);
    return before.map(line -> all.headSet(line, false)).orElse(all).descendingSet().stream()
        .filter(line -> line.at().toEpochMilli() >= since.toEpochMilli())
        .limit(limit)
        .toList();
  }

  private NavigableSet<HistoryLine> linesOf(JobId job) {
    return lines.computeIfAbsent(job, j -> new TreeSet<>(BY_TIME));
  }
}
