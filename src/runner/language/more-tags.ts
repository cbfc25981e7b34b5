import type { PlayDraft } from './here.ts';
import type { Node } from './model.ts';

/** Give tags to every node whose id is in one of the ranges. */
export function addTags(nodes: readonly Node[], more: PlayDraft['moreTags']): readonly Node[] {
  const given = more.filter(({ tags }) => tags.size > 0);
  return given.length === 0 ? nodes : nodes.map((node) => tagged(node, given));
}

function tagged(node: Node, more: PlayDraft['moreTags']): Node {
  const here = more.filter(({ from, to }) => node.id >= from && node.id <= to());
  const tags = new Set([...node.tags, ...here.flatMap((one) => [...one.tags])]);
  const inside = (nodes: readonly Node[]) => addTags(nodes, more);
  if (node.kind === 'block') {
    const { block, rescue, always } = node;
    return { ...node, tags, block: inside(block), rescue: inside(rescue), always: inside(always) };
  }
  return node.kind === 'include' ? { ...node, tags, nodes: inside(node.nodes) } : { ...node, tags };
}
