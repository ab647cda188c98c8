/** What runs the local services: threads, time and chance, under the wall clock or under a seed. */
@NullMarked
package dev.cairn.local.world;

import org.jspecify.annotations.NullMarked;
