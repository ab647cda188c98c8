package dev.cairn.job;

import dev.cairn.format.FormatVersion;
import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import dev.cairn.settings.Configuration;
import dev.cairn.state.StateSchema;
import java.util.List;
import java.util.Optional;

/**
 * What a stage's code says of itself, for those who never load it.
 *
 * @param settings what it sets
 * @param states the states that it declares, by name
 * @param storage where it keeps the job's files, such as {@code s3://bucket/prefix}; empty if an
 *     earlier release registered it, which did not say
 * @param stream the name of the Kinesis stream that it reads; empty if an earlier release
 *     registered it, which did not say
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

  /** A registration as an earlier release wrote it, without the stream. */
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

  /** A copy that names the stream which the stage reads. */
  public Registration withStream(String name) {
    return new Registration(
        job, stage, version, settings, states, storage, Optional.of(name), refused, reads, older);
  }

  /** A copy with what was refused last; empty for nothing. */
  public Registration withRefused(Optional<RefusedStream> refusal) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refusal, reads, older);
  }

  /** A copy whose code reads formats up to this one. */
  public Registration withReads(int newest) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refused, newest, older);
  }

  /** A copy that says which older version has started since; empty for none. */
  public Registration withOlder(Optional<OlderCode> started) {
    return new Registration(
        job, stage, version, settings, states, storage, stream, refused, reads, started);
  }

  /**
   * A stage does not go on with another storage than it has files in.
   *
   * @param before the stage's registration until now
   * @throws StorageMovedException if that kept its files elsewhere
   */
  public void requireSameStorage(Registration before) {
    if (before.storage().isPresent() && storage.isPresent()) {
      StorageMovedException.require(job, before.storage().get(), storage.get());
    }
  }

  /**
   * Positions and sequence numbers mean nothing in another stream, so a stage does not go on with
   * another stream than it was registered with.
   *
   * @param before the stage's registration until now
   * @throws StreamChangedException if that read another stream
   */
  public void requireSameStream(Registration before) {
    if (before.stream().isPresent() && stream.isPresent()) {
      StreamChangedException.require(job, before.stream().get(), stream.get());
    }
  }

  /**
   * Whether this one is to be registered where there is another: not if it is the same, nor if a
   * later version has spoken, as an older one may still have warm containers.
   */
  public boolean replaces(Registration other) {
    return !equals(other.withRefused(refused)) && !version.isOlderThan(other.version());
  }

  /**
   * What is stored when this code registers itself: its own registration, or, beside that of a
   * later version which reads more formats, a note; whoever raises the job's format has to know
   * that older code runs again.
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
