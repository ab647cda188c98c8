package dev.cairn.settings;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An option of Flink that has no effect in Cairn. Values that agree with Cairn's behaviour are
 * accepted; any other value is refused by name.
 *
 * @param names the current and the old names; a name that ends in {@code *} stands for all names
 *     with this beginning
 * @param taken the accepted values, in lower case; {@code *} stands for any
 * @param meaning why the accepted values have no effect
 * @param instead why other values are refused, and what to do instead
 */
public record ForeignOption(List<String> names, Set<String> taken, String meaning, String instead) {
  private static final String ANY = "*";

  private static final List<ForeignOption> ALL =
      List.of(
          taken(
              "state.backend.type state.backend",
              "hashmap heap filesystem jobmanager hashmapstatebackend fsstatebackend"
                  + " memorystatebackend"
                  + " org.apache.flink.runtime.state.hashmap.hashmapstatebackendfactory"
                  + " org.apache.flink.runtime.state.filesystem.fsstatebackendfactory"
                  + " org.apache.flink.runtime.state.memory.memorystatebackendfactory",
              "live state is on the heap; where checkpoints lie is said by"
                  + " execution.checkpointing.storage and .dir",
              "the only backend so far is hashmap, whose checkpoints others will read; write"
                  + " hashmap, or leave it out"),
          taken(
              "execution.checkpointing.mode",
              "exactly_once",
              "state is always exact",
              "there is no AT_LEAST_ONCE: with one stage nothing is aligned, so EXACTLY_ONCE costs"
                  + " nothing; leave it out"),
          any(
              "execution.checkpointing.write-buffer-size state.storage.fs.write-buffer-size"
                  + " state.backend.fs.write-buffer-size",
              "a file is put in one request: nothing is buffered"),
          any("state.backend.async", "records wait for no upload but their own journal's"),
          any(
              "execution.checkpointing.cleaner.parallel-mode"
                  + " state.checkpoint.cleaner.parallel-mode",
              "the coordinator collects files, in its own way"),
          any(
              "execution.checkpointing.checkpoints-after-tasks-finish"
                  + " execution.checkpointing.checkpoints-after-tasks-finish.enabled",
              "a closed shard is part of each checkpoint"),
          taken(
              "execution.checkpointing.create-subdir state.checkpoints.create-subdir",
              "true",
              "a job's files are below its name",
              "two jobs must not share a folder; leave it out"),
          taken(
              "execution.checkpointing.unaligned.enabled execution.checkpointing.unaligned"
                  + " execution.checkpointing.unaligned.forced",
              "false",
              "there are no barriers that could be overtaken",
              "with one stage no barrier waits behind records, so there is nothing to gain; leave"
                  + " it out"),
          refused(
              "execution.checkpointing.unaligned.*",
              "there are no unaligned checkpoints, which it belongs to; leave it out"),
          taken(
              "execution.checkpointing.aligned-checkpoint-timeout"
                  + " execution.checkpointing.alignment-timeout",
              "0 0ms 0s",
              "zero switches to nothing",
              "there are no unaligned checkpoints to switch to; leave it out"),
          refused(
              "execution.checkpointing.interval-during-backlog",
              "a backlog is processed like other records; choose one"
                  + " execution.checkpointing.interval"),
          taken(
              "execution.checkpointing.recover-without-channel-state.checkpoint-id",
              "-1",
              "no checkpoint has records in flight",
              "no checkpoint has records in flight that a restore could leave out; leave it out"),
          taken(
              "execution.approximate-local-recovery",
              "false",
              "recovery is exact",
              "recovery is exact, of one shard as of all; leave it out"),
          any(
              "execution.checkpointing.snapshot-compression"
                  + " execution.checkpointing.snapshot.compression",
              "a run's blocks are compressed where that makes them smaller, always"),
          refused(
              "execution.checkpointing.during-recovery.enabled",
              "checkpoints are taken while a gap is replayed, always; leave it out"),
          taken(
              "execution.checkpointing.file-merging.enabled",
              "false",
              "a subtask's run is one file",
              "a subtask writes one run a checkpoint; raise"
                  + " execution.checkpointing.data-inline-threshold for fewer files"),
          refused(
              "execution.checkpointing.file-merging.*",
              "there is no merging of files; raise execution.checkpointing.data-inline-threshold"
                  + " for fewer"),
          any(
              "execution.checkpointing.local-backup.enabled execution.state-recovery.from-local"
                  + " state.backend.local-recovery",
              "a warm container keeps its state in memory and continues from it; a cold one"
                  + " reads the checkpoint storage"),
          any(
              "execution.checkpointing.local-backup.dirs taskmanager.state.local.root-dirs",
              "nothing is kept on a container's disk, so there is no place to choose"),
          taken(
              "state.changelog.enabled state.backend.changelog.enabled",
              "false",
              "there is no backend of that kind",
              "each subtask's journal is its changelog, always; leave it out"),
          refused(
              "state.changelog.*",
              "a journal's bases are written by rules of its own; leave it out"),
          refused(
              "state.backend.changelog.*",
              "a journal's bases are written by rules of its own; leave it out"),
          any(
              "state.latency-track.* state.backend.latency-track.*",
              "no time of single accesses to state is measured"),
          refused(
              "state.backend.rocksdb.*",
              "there is no such backend yet; live state has to fit into the function's memory"),
          refused(
              "state.backend.forst.*",
              "there is no such backend; live state has to fit into the function's memory"),
          refused(
              "execution.state-recovery.path execution.savepoint.path",
              "a restore is requested, not configured: cairn restore, or restoreCheckpointId on the"
                  + " job's item"),
          refused(
              "execution.state-recovery.*",
              "a restore is requested, not configured: cairn restore has options for it"),
          refused(
              "execution.savepoint*",
              "a restore is requested, not configured: cairn restore has options for it"),
          taken(
              "taskmanager.network.memory.buffer-debloat.enabled",
              "false",
              "there are no buffers in flight",
              "there are no buffers in flight to debloat; set the construct's batchSize(…)"
                  + " instead"),
          refused(
              "taskmanager.*",
              "there are no task managers; a function's memory and time are set on the construct,"
                  + " with memory(…) and timeout(…)"),
          refused("jobmanager.*", "there is no job manager; leave it out"),
          refused("parallelism.*", "the stream's shards are the parallelism; leave it out"),
          refused("pipeline.*", "there is nothing of it here; leave it out"),
          refused(
              "pekko.* akka.* rest.* web.* blob.* heartbeat.* slot.* slotmanager.* cluster.*"
                  + " resourcemanager.* jobstore.* historyserver.* high-availability*"
                  + " kubernetes.* yarn.* zookeeper.* queryable-state.* process.* env.*",
              "it configures a Flink cluster, and there is none; leave it out"),
          refused(
              "metrics.* metric.* events.* traces.*",
              "metrics go to CloudWatch, in the namespace Cairn; leave it out"),
          refused(
              "security.* s3.* s3a.* fs.* io.*",
              "the functions' roles reach S3, and nothing else; leave it out"),
          refused(
              "execution.runtime-mode execution.attached execution.target execution.buffer-timeout*"
                  + " execution.shutdown-on-attached-exit execution.batch* execution.job-* client.*"
                  + " classloader.* python.* table.* sql-client.* sql-gateway.*",
              "it is about how Flink submits or runs a program; leave it out"));

  public ForeignOption {
    names = List.copyOf(names);
    taken = Set.copyOf(taken);
  }

  private static ForeignOption taken(String names, String taken, String meaning, String instead) {
    return new ForeignOption(words(names), Set.copyOf(words(taken)), meaning, instead);
  }

  private static ForeignOption any(String names, String meaning) {
    return new ForeignOption(words(names), Set.of(ANY), meaning, "");
  }

  private static ForeignOption refused(String names, String instead) {
    return new ForeignOption(words(names), Set.of(), "", instead);
  }

  private static List<String> words(String text) {
    return List.of(text.split(" +"));
  }

  /** Returns all of these options, in the order of the documentation. */
  public static List<ForeignOption> all() {
    return ALL;
  }

  /** Returns the option with this name, or with a name pattern that it matches. */
  static Optional<ForeignOption> named(String name) {
    return ALL.stream()
        .filter(option -> option.names.contains(name))
        .findFirst()
        .or(() -> ALL.stream().filter(option -> option.isFamilyOf(name)).findFirst());
  }

  private boolean isFamilyOf(String name) {
    return names.stream()
        .filter(family -> family.endsWith(ANY))
        .anyMatch(family -> name.startsWith(family.substring(0, family.length() - 1)));
  }

  /**
   * Accepts a value that agrees with Cairn's behaviour.
   *
   * @throws IllegalArgumentException for any other, by the name that was written
   */
  void require(String name, String text) {
    String value = text.replaceAll("\\s", "").toLowerCase(Locale.ROOT);
    if (!taken.contains(ANY)
        && !taken.contains(value)
        && !taken.contains(value.replace('-', '_'))) {
      throw new IllegalArgumentException(name + ": " + text + " is not possible here: " + instead);
    }
  }
}
