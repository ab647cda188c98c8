package dev.cairn.lambda;

import dev.cairn.format.NewerFormatException;
import dev.cairn.job.RefusedStream;
import dev.cairn.job.Registration;
import dev.cairn.job.Registrations;
import dev.cairn.job.StorageMovedException;
import dev.cairn.job.StreamChangedException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;

/** Registers a container's code once, and the other streams whose batches it refused. */
public final class CodeRegistration {
  private static final Logger LOG = System.getLogger(CodeRegistration.class.getName());
  // A mapping of another stream invokes the function repeatedly.
  private static final Duration BETWEEN_NOTES = Duration.ofMinutes(5);

  private final Registrations registrations;
  private final Registration registration;
  private final InstantSource clock;
  private boolean made;
  private Optional<Instant> noted = Optional.empty();

  public CodeRegistration(
      Registrations registrations, Registration registration, InstantSource clock) {
    this.registrations = registrations;
    this.registration = registration;
    this.clock = clock;
  }

  /**
   * Tries to register, unless that is done. Once the stored registration could be read, records do
   * not wait for the write.
   *
   * @throws StorageMovedException each time, if the job has its files in another storage: records
   *     would be applied to another state
   * @throws StreamChangedException each time, if the job reads another stream
   * @throws NewerFormatException each time, if the job has a format that this release does not know
   */
  public void make() {
    if (made) {
      return;
    }
    try {
      register();
    } catch (StreamChangedException e) {
      note(e.stream(), "the function's deployment");
      throw e;
    }
  }

  private void register() {
    try {
      registrations.register(registration);
      made = true;
    } catch (StorageMovedException | StreamChangedException | NewerFormatException e) {
      throw e;
    } catch (RuntimeException e) {
      requireRegistered();
      LOG.log(
          Level.WARNING,
          "what the code of {0}/{1} is not registered with the coordinator yet, the next"
              + " invocation tries again: {2}",
          registration.job(),
          registration.stage(),
          e.toString());
    }
  }

  /**
   * Records need not wait until this registration is stored, but until it is known that it does not
   * contradict the stored one.
   */
  private void requireRegistered() {
    for (Registration before : registrations.of(registration.job())) {
      if (before.stage().equals(registration.stage())) {
        registration.requireSameStorage(before);
        registration.requireSameStream(before);
      }
    }
  }

  /** Notes a batch that was refused, so that {@code cairn status} shows it. */
  public void noteRefused(ForeignStreamException refused) {
    note(refused.stream(), refused.mapping());
  }

  private void note(String stream, String how) {
    Instant now = clock.instant();
    if (noted.filter(last -> now.isBefore(last.plus(BETWEEN_NOTES))).isPresent()) {
      return;
    }
    noted = Optional.of(now);
    try {
      registrations.refused(
          registration.job(), registration.stage(), new RefusedStream(stream, how, now));
    } catch (RuntimeException e) {
      // The invocation fails with the refusal itself, which explains everything.
      LOG.log(
          Level.WARNING,
          "the refusal of stream {0} could not be noted for cairn status: {1}",
          stream,
          e.toString());
    }
  }
}
