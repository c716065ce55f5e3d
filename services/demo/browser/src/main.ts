import { mountDayReport } from './day-report';
import { mountWechatPhone } from './wechat-phone';
import { mountWorkerPhone } from './worker-phone';

const mounts: Record<string, (place: HTMLElement) => void> = {
  wechat: mountWechatPhone,
  worker: mountWorkerPhone,
  report: mountDayReport,
};

for (const place of document.querySelectorAll<HTMLElement>('[data-view]'))
  mounts[place.dataset.view ?? '']?.(place);
