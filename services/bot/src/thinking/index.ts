export { createThinker, type Thinker, type ThinkerOptions } from './thinker';
