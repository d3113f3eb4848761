/** How the wizard is left before its end. */
export interface Exit {
  label: string;
  act: () => void;
}
