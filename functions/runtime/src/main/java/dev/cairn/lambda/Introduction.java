package dev.cairn.lambda;

import dev.cairn.checkpoint.Registration;
import dev.cairn.checkpoint.Registrations;
import dev.cairn.checkpoint.StorageMovedException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Makes a container's code known, once. */
public final class Introduction {
  private static final Logger LOG = System.getLogger(Introduction.class.getName());

  private final Registrations registrations;
  private final Registration registration;
  private boolean made;

  public Introduction(Registrations registrations, Registration registration) {
    this.registrations = registrations;
    this.registration = registration;
  }

  /**
   * Tries once, unless it is made. Records do not wait for it to succeed.
   *
   * @throws StorageMovedException each time, if the job has its files elsewhere: a record that was
   *     applied to what is found here would be applied to another state
   */
  public void make() {
    if (made) {
      return;
    }
    try {
      registrations.register(registration);
      made = true;
    } catch (StorageMovedException e) {
      throw e;
    } catch (RuntimeException e) {
      LOG.log(
          Level.WARNING,
          "what the code of {0}/{1} sets is not known to the coordinator yet, the next invocation"
              + " tries again: {2}",
          registration.job(),
          registration.stage(),
          e.toString());
    }
  }
}
