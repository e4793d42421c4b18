/** Stops what global-setup.js started. */
export default async function stopSharedKafka() {
  await globalThis.millraceSharedKafka?.stop();
}
