package dev.cairn.history;

import dev.cairn.id.JobId;
import java.util.Collections;
import java.util.SortedMap;

/** The current versions of a job's deployment and code, as text, by name. */
@FunctionalInterface
public interface DeployedVersions {
  DeployedVersions UNKNOWN = job -> Collections.emptySortedMap();

  SortedMap<String, String> of(JobId job);
}
