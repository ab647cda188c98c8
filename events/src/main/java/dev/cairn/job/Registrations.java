package dev.cairn.job;

import dev.cairn.id.JobId;
import dev.cairn.id.StageId;
import java.util.List;

/** What the code of a job's stages says of itself, beside the job. */
public interface Registrations {

  /** Of jobs whose code tells nobody of itself. */
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

  /** One of each stage whose code has run, by stage. */
  List<Registration> of(JobId job);

  /**
   * Stores it if it {@linkplain Registration#replaces replaces} the one of its stage that is there;
   * says whether it did. One read, and a write only where something is new.
   *
   * @throws StorageMovedException if the one that is there keeps the job's files elsewhere
   * @throws StreamChangedException if the one that is there reads another stream
   */
  boolean register(Registration registration);

  /**
   * Notes beside the stage's registration, if there is one, that records of another stream were
   * refused. One read and one write.
   */
  void refused(JobId job, StageId stage, RefusedStream refusal);
}
