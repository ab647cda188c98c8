package dev.cairn.checkpoint;

import dev.cairn.id.JobId;
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
      };

  /** One of each stage whose code has run, by stage. */
  List<Registration> of(JobId job);

  /**
   * Stores it if it {@linkplain Registration#replaces replaces} the one of its stage that is there;
   * says whether it did. One read, and a write only where something is new.
   *
   * @throws StorageMovedException if the one that is there keeps the job's files elsewhere
   */
  boolean register(Registration registration);
}
