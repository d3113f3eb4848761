import { expect, test } from 'vitest';
import { caution } from './files';

test.each([
  ['invoice.exe', 'application/pdf', 'program'],
  ['invoice.pdf.JS', 'application/octet-stream', 'program'],
  ['invoice\u202Efdp.exe', 'application/pdf', 'program'],
  ['invoice.exe. \u200B', 'application/octet-stream', 'program'],
  ['shortcut.lnk', 'application/octet-stream', 'program'],
  ['invoice.pdf', 'application/x-msdownload', 'program'],
  ['report.docm', 'application/octet-stream', 'macros'],
  ['report.doc', 'application/vnd.ms-word.document.macroenabled.12', 'macros'],
  ['page.html', 'application/octet-stream', 'page'],
  ['drawing.svg', 'image/svg+xml', 'page'],
  ['forwarded', 'message/rfc822', 'page'],
  ['見積書.pdf', 'application/pdf', null],
  ['report.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', null],
  ['photo.jpg', 'image/jpeg', null],
  ['exe', 'application/octet-stream', null],
  ['', '', null],
] as const)('%j of %s asks for caution: %s', (name, content_type, why) => expect(caution({ name, content_type })).toBe(why));
