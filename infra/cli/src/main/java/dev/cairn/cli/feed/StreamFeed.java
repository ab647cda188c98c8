package dev.cairn.cli.feed;

import dev.cairn.cli.feed.UnconfirmedRecords.Waiting;
import dev.cairn.cli.input.InputException;
import dev.cairn.cli.input.InputFile;
import dev.cairn.cli.input.RowKeys;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import software.amazon.awssdk.core.SdkBytes;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.kinesis.KinesisClient;
import software.amazon.awssdk.services.kinesis.model.PutRecordsRequestEntry;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResponse;
import software.amazon.awssdk.services.kinesis.model.PutRecordsResultEntry;

/**
 * Puts records into a stream, those of one key in the order of the input. The client must not retry
 * by itself.
 *
 * <p>PutRecords may accept a record and refuse an earlier one, and guarantees no order within a
 * request. Therefore a request holds at most one record of each key, and the next record of that
 * key is sent only when the previous one is known to be in the stream. Records of different keys
 * may change their order within the window.
 *
 * <p>After a request without a response, its records are looked for at the stream's tail. If all of
 * them are found, the feed continues; otherwise it ends and reports how many may be in the stream.
 * It sends none of them again, because the service may still execute a request that timed out.
 */
public final class StreamFeed {
  private static final int MOST_RECORDS = 500;
  private static final long MOST_BYTES = 5_000_000;
  private static final long LARGEST_RECORD_BYTES = 1 << 20;
  private static final int WINDOW_RECORDS = 10_000;
  private static final long WINDOW_BYTES = 64L << 20;
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(4);
  // With the pauses in between, half a minute.
  private static final int FRUITLESS_ATTEMPTS = 12;
  private static final int CONNECTION_ATTEMPTS = 4;

  /** How long to look for records that may still arrive. */
  private static final Duration UNTIL_FOUND = Duration.ofSeconds(10);

  /** How long to look for them after an error response, when the stream's work is done. */
  private static final Duration UNTIL_SHOWN = Duration.ofSeconds(2);

  private final KinesisClient client;
  private final String stream;
  private final InstantSource clock;
  private final Consumer<Duration> sleep;

  public StreamFeed(
      KinesisClient client, String stream, InstantSource clock, Consumer<Duration> sleep) {
    this.client = client;
    this.stream = stream;
    this.clock = clock;
    this.sleep = sleep;
  }

  /** Receives the progress of a feed. */
  @FunctionalInterface
  public interface Progress {
    /**
     * After each request.
     *
     * @param bytesRead of the file, as it lies on the disk
     */
    void moved(long sent, long bytesRead);
  }

  /**
   * Feeds until all records are sent, the input cannot be read, the stream accepts nothing for half
   * a minute, or the user stops it. Before it stops it sends records that records of other keys
   * have overtaken, so that it can continue from one place.
   */
  public FeedResult feed(
      InputFile.Records records,
      RowKeys keys,
      FeedSettings settings,
      Progress progress,
      BooleanSupplier stopped) {
    return new Run(records, keys, settings, progress, stopped).feed();
  }

  private final class Run {
    private final InputFile.Records records;
    private final RowKeys keys;
    private final FeedSettings settings;
    private final Progress progress;
    private final BooleanSupplier stopped;
    private final UnconfirmedRecords window = new UnconfirmedRecords();
    private final StreamTail tail = new StreamTail(client, stream, clock, sleep);
    private final Instant began = clock.instant();

    private Optional<FeedResult.End> end = Optional.empty();
    private long read;
    private long sent;
    private long furthest;
    private int fruitless;
    private String refusal = "";
    private Duration pause = FIRST_PAUSE;

    Run(
        InputFile.Records records,
        RowKeys keys,
        FeedSettings settings,
        Progress progress,
        BooleanSupplier stopped) {
      this.records = records;
      this.keys = keys;
      this.settings = settings;
      this.progress = progress;
      this.stopped = stopped;
      this.furthest = settings.skip();
    }

    FeedResult feed() {
      skip();
      while (true) {
        fill();
        if (window.isEmpty()) {
          return fed(end.orElse(new FeedResult.End.AllSent()));
        }
        boolean stops = stopped.getAsBoolean();
        if (stops && window.oldest() > furthest) {
          return fed(new FeedResult.End.Stopped());
        }
        // When stopping, only overtaken records are sent.
        List<Waiting> batch = window.sendable(due(), MOST_BYTES, stops ? furthest : Long.MAX_VALUE);
        if (batch.isEmpty()) {
          sleep.accept(FIRST_PAUSE);
          continue;
        }
        tail.note(batch);
        Optional<FeedResult.End> failed = send(batch);
        if (failed.isPresent()) {
          return fed(failed.get());
        }
        progress.moved(sent, records.bytesRead());
        if (fruitless == FRUITLESS_ATTEMPTS) {
          return fed(new FeedResult.End.Refused(refusal));
        }
      }
    }

    private void skip() {
      while (read < settings.skip() && end.isEmpty()) {
        next().ifPresent(data -> read++);
      }
    }

    private void fill() {
      while (end.isEmpty()
          && window.size() < WINDOW_RECORDS
          && window.sizeBytes() < WINDOW_BYTES
          && read - settings.skip() < settings.limit()) {
        next().ifPresent(this::take);
      }
    }

    private Optional<byte[]> next() {
      try {
        Optional<byte[]> data = records.next();
        if (data.isEmpty()) {
          end = Optional.of(new FeedResult.End.AllSent());
        }
        return data;
      } catch (InputException e) {
        end = Optional.of(new FeedResult.End.Unreadable(e));
        return Optional.empty();
      }
    }

    private void take(byte[] data) {
      try {
        Waiting record = new Waiting(read + 1, keys.row(read + 1, data));
        requireSendable(record);
        window.add(record);
        read++;
      } catch (InputException e) {
        end = Optional.of(new FeedResult.End.Unreadable(e));
      }
    }

    private void requireSendable(Waiting record) {
      if (record.sizeBytes() > LARGEST_RECORD_BYTES) {
        throw new InputException(
            String.format(
                Locale.ROOT,
                "record %,d has %,d bytes with its key, and Kinesis takes %,d: make it smaller, or"
                    + " leave it out",
                record.number(),
                record.sizeBytes(),
                LARGEST_RECORD_BYTES));
      }
    }

    private int due() {
      if (settings.recordsPerSecond().isEmpty()) {
        return MOST_RECORDS;
      }
      double seconds = Duration.between(began, clock.instant()).toMillis() / 1000.0;
      double due = seconds * settings.recordsPerSecond().getAsDouble() - sent;
      return (int) Math.max(0, Math.min(MOST_RECORDS, due));
    }

    /** Sends a request; returns the reason if the feed must end. */
    private Optional<FeedResult.End> send(List<Waiting> batch) {
      long before = sent;
      try {
        PutRecordsResponse response =
            client.putRecords(
                put -> put.streamName(stream).records(batch.stream().map(Run::toEntry).toList()));
        for (int i = 0; i < batch.size(); i++) {
          settle(batch.get(i), response.records().get(i));
        }
      } catch (SdkException e) {
        Optional<FeedResult.End> failed = failed(batch, e);
        if (failed.isPresent()) {
          return failed;
        }
        refusal = String.valueOf(e.getMessage());
      }
      rest(sent - before, batch.size());
      return Optional.empty();
    }

    private Optional<FeedResult.End> failed(List<Waiting> batch, SdkException e) {
      return switch (RequestFailure.of(e)) {
        case THROTTLED -> Optional.empty();
        case NOT_SENT ->
            fruitless < CONNECTION_ATTEMPTS - 1
                ? Optional.empty()
                : Optional.of(new FeedResult.End.Failed(e));
        case NOT_RETRYABLE -> Optional.of(new FeedResult.End.Failed(e));
        case SERVER_ERROR -> {
          find(batch, UNTIL_SHOWN);
          yield Optional.empty();
        }
        case NO_RESPONSE -> {
          Optional<Integer> found = find(batch, UNTIL_FOUND);
          long maybe = batch.size() - found.orElse(0);
          yield maybe == 0
              ? Optional.empty()
              : Optional.of(new FeedResult.End.OutcomeUnknown(e, maybe, found.isPresent()));
        }
      };
    }

    /** How many of a request's records are in the stream; empty if the stream cannot be read. */
    private Optional<Integer> find(List<Waiting> batch, Duration patience) {
      Optional<Set<Waiting>> found = tail.find(batch, patience);
      found.ifPresent(records -> records.forEach(this::settled));
      return found.map(Set::size);
    }

    /** Waits, the longer the more often nothing was accepted. */
    private void rest(long taken, int requested) {
      if (taken > 0) {
        fruitless = 0;
        pause = FIRST_PAUSE;
      } else {
        fruitless++;
      }
      if (taken < requested) {
        sleep.accept(pause);
      }
      if (taken == 0) {
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    }

    private void settle(Waiting record, PutRecordsResultEntry response) {
      if (response.errorCode() != null) {
        refusal = response.errorCode() + ": " + response.errorMessage();
        return;
      }
      tail.took(response.shardId(), response.sequenceNumber());
      settled(record);
    }

    private void settled(Waiting record) {
      window.sent(record);
      sent++;
      furthest = Math.max(furthest, record.number());
    }

    private static PutRecordsRequestEntry toEntry(Waiting record) {
      PutRecordsRequestEntry.Builder entry =
          PutRecordsRequestEntry.builder()
              .partitionKey(record.row().key())
              .data(SdkBytes.fromByteArrayUnsafe(record.row().data()));
      record.row().hashKey().ifPresent(hash -> entry.explicitHashKey(hash.toDecimal()));
      return entry.build();
    }

    private FeedResult fed(FeedResult.End how) {
      long complete = window.isEmpty() ? read : window.oldest() - 1;
      return new FeedResult(
          sent, complete, sent - (complete - Math.min(complete, settings.skip())), how);
    }
  }
}
