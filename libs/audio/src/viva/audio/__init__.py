"""PCM frames, resampling, G.711, WAV, voice activity detection and the model store."""
