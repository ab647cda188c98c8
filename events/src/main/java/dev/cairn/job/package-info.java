/**
 * A job: its item with status, requests and restoration, its forks and claims, what it was deployed
 * with, what its code registered, and the ports that store all of it with the job's checkpoints.
 */
@NullMarked
package dev.cairn.job;

import org.jspecify.annotations.NullMarked;
