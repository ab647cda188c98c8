package dev.cairn.coordinator.scrub;

import dev.cairn.coordinator.ports.Announcer;
import dev.cairn.damage.DamageStore;
import dev.cairn.job.CheckpointStore;
import dev.cairn.journal.Journal;
import dev.cairn.storage.FileStorage;
import java.time.InstantSource;

/** All ports of the scrubber; it writes only to {@code damages}. */
public record ScrubberPorts(
    Journal journal,
    CheckpointStore checkpoints,
    FileStorage storage,
    DamageStore damages,
    InstantSource clock,
    Announcer announcer) {}
