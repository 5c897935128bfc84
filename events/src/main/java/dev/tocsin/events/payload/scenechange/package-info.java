/// What the comparison of views tells: [SceneChangeDetectedPayload], a camera that no longer looks
/// at what it should.
@NullMarked
package dev.tocsin.events.payload.scenechange;

import org.jspecify.annotations.NullMarked;
