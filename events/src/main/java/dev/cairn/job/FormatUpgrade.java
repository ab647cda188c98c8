package dev.cairn.job;

import dev.cairn.format.FormatVersion;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether a job's format may be raised: only if every version of its code that is known to
 * run reads the new format. Other code would stop at the first entry, and a format cannot be
 * lowered again.
 */
public sealed interface FormatUpgrade {

  /** The format is raised. */
  record Raise(FormatVersion to) implements FormatUpgrade {}

  /** The job has this format, or a later one. */
  record AlreadyThere() implements FormatUpgrade {}

  /** The upgrade is refused for this reason. */
  record Refuse(String reason) implements FormatUpgrade {}

  /**
   * @param code the registrations of the job's code
   * @param deployment the deployment registered by the coordinator that started last; empty if
   *     there is none
   */
  static FormatUpgrade of(
      Job job, List<Registration> code, Optional<Deployment> deployment, FormatVersion to) {
    if (job.format().includes(to)) {
      return new AlreadyThere();
    }
    return deployment
        .filter(coordinator -> coordinator.reads() < to.number())
        .map(
            coordinator ->
                "the coordinator of job "
                    + job.id()
                    + " reads formats up to "
                    + coordinator.reads()
                    + ": deploy a version of Cairn that reads "
                    + to
                    + " first, and wait for its first tick")
        .or(() -> refusalOf(code, to))
        .or(
            () ->
                code.isEmpty()
                    ? Optional.of(
                        "no code of job "
                            + job.id()
                            + " has registered itself, so it is not known whether it reads format "
                            + to
                            + ": a function registers with its first invocation")
                    : Optional.empty())
        .<FormatUpgrade>map(Refuse::new)
        .orElseGet(() -> new Raise(to));
  }

  private static Optional<String> refusalOf(List<Registration> code, FormatVersion to) {
    return code.stream().flatMap(registration -> refusalOf(registration, to).stream()).findFirst();
  }

  private static Optional<String> refusalOf(Registration registration, FormatVersion to) {
    if (registration.reads() < to.number()) {
      return Optional.of(
          "the code of "
              + registration.stage()
              + " in version "
              + registration.version()
              + " reads formats up to "
              + registration.reads()
              + ": deploy a version that reads "
              + to
              + " first, and let it be invoked");
    }
    return registration
        .older()
        .filter(older -> older.reads() < to.number())
        .map(
            older ->
                "version "
                    + older.version()
                    + " of the code of "
                    + registration.stage()
                    + ", which reads formats up to "
                    + older.reads()
                    + ", started after version "
                    + registration.version()
                    + ": if the deployment was rolled back, deploy again; else wait until a new"
                    + " container of version "
                    + registration.version()
                    + " has started");
  }
}
