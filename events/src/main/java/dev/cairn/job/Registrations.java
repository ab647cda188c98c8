package dev.cairn.job;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.util.List;

/** Stores the registrations of the code of a job's stages. */
public interface Registrations {

  /** A store for jobs whose code does not register itself. */
  Registrations NONE =
      new Registrations() {
        @Override
        public List<Registration> of(JobId job) {
          return List.of();
        }

        @Override
        public boolean register(Registration registration) {
          return false;
        }

        @Override
        public void refused(JobId job, StageId stage, RefusedStream refusal) {}
      };

  /** Returns one registration for each stage whose code has run, by stage. */
  List<Registration> of(JobId job);

  /**
   * Stores a registration if it {@linkplain Registration#replaces replaces} the stored one of its
   * stage; returns whether it did. Takes one read, and a write only if something is new.
   *
   * @throws StorageMovedException if the stored registration uses another storage
   * @throws StreamChangedException if the stored registration reads another stream
   */
  boolean register(Registration registration);

  /**
   * Notes in the stage's registration, if there is one, that records of another stream were
   * refused. Takes one read and one write.
   */
  void refused(JobId job, StageId stage, RefusedStream refusal);
}
