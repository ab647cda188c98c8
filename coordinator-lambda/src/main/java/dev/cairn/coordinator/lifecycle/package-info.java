/** Halts, resumes and recovers a job, and keeps its event source mapping as the job requires. */
@NullMarked
package dev.cairn.coordinator.lifecycle;

import org.jspecify.annotations.NullMarked;
