package dev.cairn.stream;

import dev.cairn.id.SequenceNumber;
import dev.cairn.id.ShardId;
import dev.cairn.stream.StreamReader.From;
import dev.cairn.stream.StreamReader.Page;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Reads a shard page by page from a place on. Any number of empty pages is skipped; the scan ends
 * where Kinesis reports the end of the shard.
 *
 * <p>Not thread-safe.
 */
public final class ShardScan {
  /** The largest number of records that GetRecords returns. */
  public static final int LARGEST_PAGE = 10_000;

  /** A page covers about five minutes of a shard; the first one of an iterator may be empty. */
  private static final Duration PASSED = Duration.ofMinutes(15);

  private final StreamReader stream;
  private final InstantSource clock;
  private final ShardId shard;
  private final int limit;
  private final From start;
  private From from;
  private Optional<SequenceNumber> last = Optional.empty();
  private Optional<Instant> reached = Optional.empty();
  private Optional<Instant> quietSince = Optional.empty();
  private boolean isAtEnd;

  /**
   * @param limit how many records a page holds at most
   */
  public ShardScan(StreamReader stream, InstantSource clock, ShardId shard, From start, int limit) {
    this.stream = stream;
    this.clock = clock;
    this.shard = shard;
    this.start = start;
    this.from = start;
    this.limit = limit;
  }

  /** The result of a read. */
  public sealed interface Step {
    /** The next records, at least one. */
    record Records(List<StreamRecord> records) implements Step {}

    /** The page had no record, but the shard has more to read. */
    record Quiet() implements Step {}

    /**
     * No record is left: the scan has reached the tip of an open shard, or the end of a closed one.
     */
    record Tip() implements Step {}
  }

  /** Whether the scan has read a closed shard to its end: no record will ever follow. */
  public boolean isAtEnd() {
    return isAtEnd;
  }

  /** Reads one page. */
  public Step step() {
    if (isAtEnd) {
      return new Step.Tip();
    }
    boolean isFirstPage = !(from instanceof From.Next);
    // Taken before the call, because the response, which says how far behind the page was, may take
    // long to arrive.
    Instant readAt = clock.instant();
    Optional<Page> read = page();
    if (read.isEmpty()) {
      return new Step.Quiet();
    }
    Page page = read.get();
    List<StreamRecord> records = page.records().stream().filter(this::isNew).toList();
    isAtEnd = page.next().isEmpty();
    // The first page of a new iterator may wrongly report that it is at the tip, so only a later
    // page counts.
    boolean isDoubtful = isFirstPage && page.records().isEmpty() && page.isAtTip() && !isAtEnd;
    if (!isDoubtful) {
      reached = Optional.of(readAt.minus(page.behind()));
    }
    page.next().ifPresent(next -> from = next);
    if (!records.isEmpty()) {
      last = Optional.of(records.getLast().sequenceNumber());
      quietSince = Optional.empty();
      return new Step.Records(records);
    }
    quietSince = quietSince.or(() -> reached);
    boolean isTip = isAtEnd || (page.isAtTip() && !isDoubtful && page.records().isEmpty());
    return isTip ? new Step.Tip() : new Step.Quiet();
  }

  /**
   * Returns the next page; empty if its iterator has expired, so that the scan continues from a
   * record.
   */
  private Optional<Page> page() {
    try {
      return Optional.of(stream.read(shard, from, limit));
    } catch (ExpiredIteratorException e) {
      from = last.<From>map(From.At::new).orElse(start);
      return Optional.empty();
    }
  }

  /** A scan that continues after its iterator expired meets its last record again. */
  private boolean isNew(StreamRecord record) {
    return last.isEmpty() || last.get().compareTo(record.sequenceNumber()) < 0;
  }

  /**
   * Skips empty pages. Reads at least one page.
   *
   * @param mayContinue called before each further page; whether there is time for it
   * @return {@link Step.Quiet} only if the time was over
   */
  public Step next(BooleanSupplier mayContinue) {
    Step step = step();
    while (step instanceof Step.Quiet && mayContinue.getAsBoolean()) {
      step = step();
    }
    return step;
  }

  /**
   * Reads the first records of a scan that begins at a record. Where that record is no longer kept,
   * Kinesis continues at the oldest one, which may be a day away: a scan that has read much of the
   * shard's time and found nothing does not read on.
   *
   * @param mayContinue called before each further page; whether there is time for it
   * @return {@link Step.Quiet} if the record is not kept, in which case {@link #hasPassed} is true,
   *     or if the time was over
   */
  public Step first(BooleanSupplier mayContinue) {
    return next(() -> !hasPassed() && mayContinue.getAsBoolean());
  }

  /** Whether the last pages had no record, and covered more time than a page may leave out. */
  public boolean hasPassed() {
    return quietSince
        .flatMap(since -> reached.map(until -> Duration.between(since, until)))
        .filter(passed -> passed.compareTo(PASSED) >= 0)
        .isPresent();
  }

  /**
   * Returns the time up to which the shard has been read: earlier records have been read, if this
   * clock agrees with that of Kinesis. Empty before the first page.
   */
  public Optional<Instant> reached() {
    return reached;
  }
}
