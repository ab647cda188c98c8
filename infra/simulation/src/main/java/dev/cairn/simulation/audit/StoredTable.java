package dev.cairn.simulation.audit;

import dev.cairn.checkpoint.Acknowledgement;
import dev.cairn.checkpoint.Checkpoint;
import dev.cairn.dynamodb.DynamoDbCheckpointStore;
import dev.cairn.dynamodb.TableEvents;
import dev.cairn.dynamodb.TableEvents.ItemChange;
import dev.cairn.id.CheckpointId;
import dev.cairn.id.JobId;
import dev.cairn.id.SubtaskId;
import dev.cairn.inmemory.dynamodb.InMemoryDynamoDb;
import dev.cairn.inmemory.dynamodb.KnownEntries;
import dev.cairn.job.CheckpointStore;
import dev.cairn.job.Claim;
import dev.cairn.job.Fork;
import dev.cairn.job.Job;
import dev.cairn.job.Request;
import dev.cairn.job.TableEvent;
import dev.cairn.journal.Entry;
import dev.cairn.retry.Backoff;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * The pipeline's table: for the pipeline a client, and for everybody else what is stored, without
 * faults and without a delay.
 */
public final class StoredTable {
  /** The name of the only table. */
  public static final String NAME = "simulated";

  /** Calls that are never turned away, and so are attempted once. */
  public static final Backoff ONCE = new Backoff(1, Duration.ZERO, pause -> {});

  private static final String JOB = "JOB#";
  private static final String JOURNAL = "JOURNAL#";

  private final InMemoryDynamoDb table = new InMemoryDynamoDb(new Stream());
  private final List<TableEvent> events = new ArrayList<>();
  private final CheckpointStore store;
  private final KnownEntries entries = new KnownEntries();
  private final Map<Map<String, AttributeValue>, Checkpoint> ofItems = new IdentityHashMap<>();
  private final Reading<JobId, Optional<Job>> jobs;
  private final Reading<JobId, List<SubtaskId>> subtasks;
  private final Reading<JobId, List<SubtaskId>> retired;
  private final Reading<JobId, List<Checkpoint>> checkpoints = ofJob(this::readCheckpoints);
  private final Reading<JobId, List<Fork>> forks;
  private final Reading<JobId, List<Claim>> claims;
  private final Map<String, StoredJournal> journals = new HashMap<>();
  private long changes;

  /**
   * @param clock from which the expiry of what is written here counts
   */
  public StoredTable(InstantSource clock) {
    this.store = new DynamoDbCheckpointStore(table, NAME, ONCE, clock);
    this.jobs = ofJob(store::job);
    this.subtasks = ofJob(store::subtasks);
    this.retired = ofJob(store::retired);
    this.forks = ofJob(store::forks);
    this.claims = ofJob(store::claims);
  }

  private <V> Reading<JobId, V> ofJob(Function<JobId, V> read) {
    return new Reading<>(job -> JOB + job, read);
  }

  /**
   * Remembers reads of partitions; a partition is read again after it has changed. Most steps
   * change nothing, so the count of all changes comes first.
   */
  private final class Reading<K, V> {
    private final Function<K, String> partition;
    private final Function<K, V> read;
    private final Map<K, Known> known = new HashMap<>();

    private final class Known {
      private final long inPartition;
      private final V value;
      private long inTable;

      Known(long inPartition, V value) {
        this.inPartition = inPartition;
        this.value = value;
        this.inTable = changes;
      }
    }

    Reading(Function<K, String> partition, Function<K, V> read) {
      this.partition = partition;
      this.read = read;
    }

    V of(K key) {
      Known before = known.get(key);
      if (before != null && before.inTable == changes) {
        return before.value;
      }
      long inPartition = table.changes(partition.apply(key));
      if (before != null && before.inPartition == inPartition) {
        before.inTable = changes;
        return before.value;
      }
      V value = read.apply(key);
      known.put(key, new Known(inPartition, value));
      return value;
    }
  }

  /** The table's stream. */
  private final class Stream implements InMemoryDynamoDb.Watcher {
    @Override
    public void requested(InMemoryDynamoDb.Request request) {}

    @Override
    public void changed(ItemChange change) {
      TableEvents.of(change).ifPresent(events::add);
      String partition = attribute(change.key(), "pk").s();
      if (partition.startsWith(JOURNAL)) {
        journals.computeIfAbsent(partition, absent -> new StoredJournal(entries)).changed(change);
        changes++;
      } else if (partition.startsWith(JOB)) {
        changes++;
      }
    }
  }

  static AttributeValue attribute(Map<String, AttributeValue> item, String name) {
    return Objects.requireNonNull(item.get(name));
  }

  /** The client of the pipeline's adapters. */
  public DynamoDbClient client() {
    return table;
  }

  /** A reader of the table's entries, which reads each of them once. */
  public Function<byte[], Entry> entries() {
    return entries;
  }

  public boolean hasEvents() {
    return !events.isEmpty();
  }

  /** Returns the stream's events since the last call, in the order in which they happened. */
  public List<TableEvent> drainEvents() {
    List<TableEvent> drained = List.copyOf(events);
    events.clear();
    return drained;
  }

  /** Counts the changes of jobs, checkpoints and journals so far. */
  public long changes() {
    return changes;
  }

  public Optional<Job> job(JobId job) {
    return jobs.of(job);
  }

  public List<SubtaskId> subtasks(JobId job) {
    return subtasks.of(job);
  }

  public List<SubtaskId> retired(JobId job) {
    return retired.of(job);
  }

  /** The job's checkpoints, in the order of their ids. */
  public List<Checkpoint> checkpoints(JobId job) {
    return checkpoints.of(job);
  }

  private List<Checkpoint> readCheckpoints(JobId job) {
    return table.items(JOB + job).stream()
        .filter(item -> attribute(item, "sk").s().startsWith("CHECKPOINT#"))
        .map(item -> ofItems.computeIfAbsent(item, unread -> readCheckpoint(job, unread)))
        .toList();
  }

  private Checkpoint readCheckpoint(JobId job, Map<String, AttributeValue> item) {
    CheckpointId id = new CheckpointId(Long.parseLong(attribute(item, "checkpoint").n()));
    return store.checkpoint(job, id).orElseThrow();
  }

  public Optional<Checkpoint> checkpoint(JobId job, CheckpointId id) {
    return checkpoints(job).stream().filter(one -> one.id().equals(id)).findFirst();
  }

  public List<Acknowledgement> acknowledgements(JobId job, CheckpointId id) {
    return store.acknowledgements(job, id);
  }

  public List<Fork> forks(JobId parent) {
    return forks.of(parent);
  }

  public List<Claim> claims(JobId job) {
    return claims.of(job);
  }

  /**
   * A journal's entries that have not been deleted, in order. An entry that is not rewritten is the
   * same object each time.
   */
  public List<Entry> journal(SubtaskId subtask) {
    return stored(subtask).map(StoredJournal::entries).orElse(List.of());
  }

  /** Counts the changes of a journal so far. */
  long changes(SubtaskId subtask) {
    return stored(subtask).map(StoredJournal::changes).orElse(0L);
  }

  private Optional<StoredJournal> stored(SubtaskId subtask) {
    return Optional.ofNullable(journals.get(JOURNAL + subtask));
  }

  /** A journal's entries from its last base on. */
  public List<Entry> fromLastBase(SubtaskId subtask) {
    List<Entry> journal = journal(subtask);
    int base = journal.size() - 1;
    while (base > 0 && !(journal.get(base) instanceof Entry.Base)) {
      base--;
    }
    return journal.subList(Math.max(0, base), journal.size());
  }

  /** Counts the items of the table. */
  public int size() {
    return table.size();
  }

  /** Deletes every item that has expired at this time; returns how many. */
  public int expire(Instant now) {
    return table.expire(now);
  }

  /** Creates a job; returns false if it exists already. */
  public boolean create(Job job) {
    return store.create(job);
  }

  /** Writes a user's request to the job's item. */
  public boolean request(JobId job, Request request) {
    return store.request(job, request);
  }
}
