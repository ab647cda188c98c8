/** The coordinator's boundary: its events, settings, ports and announcements. */
@NullMarked
package dev.cairn.coordinator.ports;

import org.jspecify.annotations.NullMarked;
