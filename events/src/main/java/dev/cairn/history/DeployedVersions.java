package dev.cairn.history;

import dev.cairn.id.JobId;
import java.util.Collections;
import java.util.SortedMap;

/** What a job consists of at the moment, as text, by name: its deployment, and its code. */
@FunctionalInterface
public interface DeployedVersions {
  DeployedVersions UNKNOWN = job -> Collections.emptySortedMap();

  SortedMap<String, String> of(JobId job);
}
