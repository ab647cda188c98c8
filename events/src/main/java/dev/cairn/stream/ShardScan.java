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
 * Reads a shard page by page from a place on. Empty pages are passed over, however many there are:
 * the scan ends where Kinesis says that the shard ends.
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

  /** What the next read found. */
  public sealed interface Step {
    /** The next records, at least one. */
    record Records(List<StreamRecord> records) implements Step {}

    /** No record, and more of the shard is left to read. */
    record Quiet() implements Step {}

    /**
     * No record is left: the scan has reached the tip of an open shard, or the end of a closed one.
     */
    record Tip() implements Step {}
  }

  /** Reads one page. */
  public Step step() {
    if (isAtEnd) {
      return new Step.Tip();
    }
    boolean isFirstPage = !(from instanceof From.Next);
    // Before the call: the answer may be long under way, and says how far behind it was when it was
    // made.
    Instant asked = clock.instant();
    Optional<Page> read = page();
    if (read.isEmpty()) {
      return new Step.Quiet();
    }
    Page page = read.get();
    List<StreamRecord> records = page.records().stream().filter(this::isNew).toList();
    isAtEnd = page.next().isEmpty();
    // The first page of a new iterator may be empty although it claims to be at the tip: only a
    // page
    // that follows another one is believed.
    boolean isDoubtful = isFirstPage && page.records().isEmpty() && page.isAtTip() && !isAtEnd;
    if (!isDoubtful) {
      reached = Optional.of(asked.minus(page.behind()));
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

  /** The next page; empty if its iterator had expired, and the scan continues from a record. */
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
   * Passes over quiet stretches. Reads one page at least.
   *
   * @param mayContinue asked before each further page, if there is time for it
   * @return {@link Step.Quiet} only if there was no time to go on
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
   * @param mayContinue asked before each further page, if there is time for it
   * @return {@link Step.Quiet} if the record is not kept, as {@link #hasPassed} then says, or if
   *     there was no time to go on
   */
  public Step first(BooleanSupplier mayContinue) {
    return next(() -> !hasPassed() && mayContinue.getAsBoolean());
  }

  /** Whether the last pages had no record, and cover more than one page may leave out. */
  public boolean hasPassed() {
    return quietSince
        .flatMap(since -> reached.map(until -> Duration.between(since, until)))
        .filter(passed -> passed.compareTo(PASSED) >= 0)
        .isPresent();
  }

  /**
   * The time up to which the pages have read the shard: what arrived before it has been read, as
   * far as this clock agrees with that of Kinesis. Empty before a page says so.
   */
  public Optional<Instant> reached() {
    return reached;
  }
}
