/** The kinds of CRM that the made-up program knows, as the program describes them. */
import type { ConnectorInfo, Field, FieldKind, Words } from '../../gen/api';

const words = (ja: string, en: string): Words => ({ ja, en });

const field = (name: string, kind: FieldKind, label: Words, hint: Words): Field => ({ name, kind, label, hint, required: true, preset: '' });

export const KINDS: ConnectorInfo[] = [
  {
    kind: 'rest',
    name: words('Otomo連携APIのCRM', "CRM with Otomo's API"),
    text: words(
      'IT担当者から受け取ったアドレスとトークンで連携します。',
      'For a CRM whose address and token you got from your IT department.',
    ),
    beta: false,
    fields: [
      field('url', 'url', words('CRMのアドレス（URL）', 'CRM address (URL)'), words('https://で始まるアドレスです。', 'Begins with https://')),
      field('token', 'secret', words('トークン', 'Token'), words('このパソコンの中に暗号化して保存されます。', 'It is stored encrypted on this computer.')),
    ],
    retraction: 'delete',
    creates_contacts: true,
    searches: true,
    browser: false,
    relinks: true,
    records: [],
    notices: [],
    captures: words('', ''),
    granted_by: words('', ''),
    remarks: [],
  },
  {
    kind: 'folder',
    name: words('フォルダー', 'Folder'),
    text: words(
      'メールごとにファイルを保存します。ファイルを読み込むCRMや、お試しに使用します。',
      'Each mail becomes a file. For CRMs that import files, and for a first look.',
    ),
    beta: false,
    fields: [
      field(
        'path',
        'folder',
        words('フォルダーの場所', 'Folder'),
        words('連絡先は、このフォルダーのcontacts.csvから読み込みます。', 'Contacts are read from contacts.csv in this folder.'),
      ),
    ],
    retraction: 'delete',
    creates_contacts: false,
    searches: false,
    browser: false,
    relinks: false,
    records: [],
    notices: [],
    captures: words('', ''),
    granted_by: words('', ''),
    remarks: [],
  },
  {
    kind: 'cloud',
    name: words('見本クラウドCRM', 'Sample cloud CRM'),
    text: words('サービスキーで連携します。', 'Connected with a service key.'),
    beta: true,
    fields: [
      field('key', 'secret', words('サービスキー', 'Service key'), words('CRMの管理者が発行します。', 'Whoever manages the CRM makes one.')),
    ],
    retraction: 'recycle',
    creates_contacts: true,
    searches: true,
    browser: false,
    relinks: true,
    records: [
      { type: 'contact', words: words('コンタクト', 'Contact') },
      { type: 'company', words: words('会社', 'Company') },
      { type: 'deal', words: words('取引', 'Deal') },
    ],
    notices: [words('添付ファイルは、CRMのファイル画面にも表示されます。', 'Attachments are also shown among the files of the CRM.')],
    captures: words(
      'このCRMは、接続したメールボックスのメールを自動で記録できます。その場合、確認していないメールも記録されます。',
      'This CRM can log mail of a connected mailbox by itself. Then it also logs mail that you have not decided on.',
    ),
    granted_by: words('CRMの管理者', 'An administrator of the CRM'),
    remarks: [
      { key: 'no_owner', words: words('このユーザーは担当者に登録されていないため、担当者なしで記録します。', 'You are no owner there, so mail is logged without one.') },
    ],
  },
];

export const kindOf = (kind: string): ConnectorInfo | null => KINDS.find((known) => known.kind === kind) ?? null;
