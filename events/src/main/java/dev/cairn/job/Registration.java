package dev.cairn.job;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.Optional;

/**
 * The registration of a stage's code, for processes that never load the code.
 *
 * @param settings the settings that the code makes
 * @param states the states that it declares, by name
 * @param storage where it keeps the job's files, such as {@code s3://bucket/prefix}; empty if an
 *     earlier release registered it
 * @param stream the name of the Kinesis stream that it reads; empty if an earlier release
 *     registered it
 * @param reads the newest format that the code reads
 * @param older an older version of the code that started after this one; empty if none has
 * @param refused the last batch or deployment that was refused because it belongs to another stream
 */
public record Registration(
    JobId job,
    StageId stage,
    CodeVersion version,
    Configuration settings,
    List<StateSchema> states,
    Optional<String> storage,
    Optional<String> stream,
    Optional<RefusedStream> refused,
    int reads,
    Optional<OlderCode> older) {

  public Registration {
    states = List.copyOf(states);
  }

  /** Creates a registration without the stream, as earlier releases wrote it. */
  public Registration(
      JobId job,
      StageId stage,
      CodeVersion version,
      Configuration settings,
      List<StateSchema> states,
      Optional<String> storage) {
    this(
        job,
        stage,
        version,
        settings,
        states,
        storage,
        Optional.empty(),
        Optional.empty(),
        FormatVersion.OLDEST.number(),
        Optional.empty());
  }

  /** Returns a copy with the stream that the stage reads. */
  public Registration withStream(String name) {
    return new Registration(
        job, stage, version, settings, states, storage, Optional.of(name), refused, reads, older);
  }

  /** Returns a copy with the last refused stream; empty for none. */
  public Registration withRefused(Optional<RefusedStream> refusal) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refusal, reads, older);
  }

  /** Returns a copy whose code reads formats up to this one. */
  public Registration withReads(int newest) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refused, newest, older);
  }

  /** Returns a copy with the older version that has started since; empty for none. */
  public Registration withOlder(Optional<OlderCode> started) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refused, reads, started);
  }

  /**
   * Requires that the stage's storage is unchanged.
   *
   * @param before the stage's registration until now
   * @throws StorageMovedException if it used another storage
   */
  public void requireSameStorage(Registration before) {
    if (before.storage().isPresent() && storage.isPresent()) {
      StorageMovedException.require(job, before.storage().get(), storage.get());
    }
  }

  /**
   * Requires that the stage's stream is unchanged, because positions and sequence numbers are not
   * valid in another stream.
   *
   * @param before the stage's registration until now
   * @throws StreamChangedException if it read another stream
   */
  public void requireSameStream(Registration before) {
    if (before.stream().isPresent() && stream.isPresent()) {
      StreamChangedException.require(job, before.stream().get(), stream.get());
    }
  }

  /**
   * Whether this registration replaces another: not if they are equal, nor if the other is of a
   * later version, because an older version may still have warm containers.
   */
  public boolean replaces(Registration other) {
    return !equals(other.withRefused(refused)) && !version.isOlderThan(other.version());
  }

  /**
   * Returns what to store when this code registers itself: its own registration or, if a later
   * version that reads more formats is registered, that registration with a note. An upgrade of the
   * job's format must know that older code runs again.
   *
   * @param before the stage's registration until now
   * @return empty if nothing is to be written
   */
  public Optional<Registration> replacing(Registration before) {
    boolean isOlder = version.isOlderThan(before.version());
    if (isOlder && reads >= before.reads()) {
      return Optional.empty();
    }
    Registration stored =
        isOlder
            ? before.withOlder(Optional.of(new OlderCode(version, reads)))
            : withRefused(before.refused());
    return Optional.of(stored).filter(after -> !after.equals(before));
  }
}
