/** Opens the plain JavaScript backend of TensorFlow.js, which does what is not traced. Whoever changes backends imports this first: they go back to it. */
import * as tf from '@tensorflow/tfjs'

void tf.setBackend('cpu') // takes effect at once: this backend has nothing to wait for

/** Its advice to install another backend is not for our users. */
const backend = tf.findBackend('cpu') as unknown as { firstUse: boolean }
backend.firstUse = false
