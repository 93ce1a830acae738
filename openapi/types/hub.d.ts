// Made from openapi/hub.json by `npm run generate`.
export interface paths {
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The process answers */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Callbacks can be stored; the channel is shown and does not decide */
        get: operations["ready"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Figures for Prometheus; no personal data */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{hash}/{signature}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A clip, résumé or other file, as it was fetched */
        get: operations["openFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Records of a kind, in order of birth; with connection, resource and external_id the one a system means
         * @description Needs the scope `records:read`.
         */
        get: operations["listRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One record; 308 to the record it was merged into, 410 once it is erased
         * @description Needs the scope `records:read`.
         */
        get: operations["getRecord"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Everything about a record in the order it happened: paths, ids and ends, never values
         * @description Needs the scope `records:read`.
         */
        get: operations["getTimeline"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/by/{connection}/{resource}/{external_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * A system says a thing whole: fields that are not named are said empty
         * @description Needs the scope `records:write`.
         */
        put: operations["putRecord"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * A system says something about a thing of its own: null empties, absent says nothing (RFC 7396)
         * @description Needs the scope `records:write`.
         */
        patch: operations["patchRecord"];
        trace?: never;
    };
    "/v1/{kinds}/batch": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Many sayings at once, one JSON object a line, each with its verdict; at most 10 000
         * @description A line is `{ resource, external_id, data, connection?, occurred_at?, gone?, whole? }`; connection is the one the key speaks for.
         *
         *     Needs the scope `records:write`.
         */
        post: operations["sayBatch"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * This record and another are one: its links move to the other, its id answers 308 from now on
         * @description Needs the scope `records:merge`.
         */
        post: operations["mergeRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the merge of this record back: exactly what it moved goes back
         * @description Needs the scope `records:merge`.
         */
        post: operations["unmergeRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merge-proposals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Pairs of records that share an identity key, newest first
         * @description Needs the scope `records:read`.
         */
        get: operations["listMergeProposals"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merge-proposals/{id}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The two are one: merged into the elder, or into the one named
         * @description Needs the scope `records:merge`.
         */
        post: operations["acceptMergeProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/merge-proposals/{id}/reject": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * The two are not one: this key does not propose them again
         * @description Needs the scope `records:merge`.
         */
        post: operations["rejectMergeProposal"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}/erase": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Erases a record and what is about that person alone; cannot be taken back
         * @description From now on nothing is folded into it and it answers 410. What the hub made of it in other systems is removed first; then its data, messages and files go.
         *
         *     Needs the scope `records:erase`.
         */
        post: operations["eraseRecord"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{kinds}/{id}/erasure": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far the erasure of a record is
         * @description Needs the scope `records:erase`.
         */
        get: operations["getErasure"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Changes after a position; 410 where the position is no longer, or never was, in the feed
         * @description Needs the scope `feed:read`.
         */
        get: operations["listChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/changes/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The feed as server-sent events: id = position, event = change; the first is event = position; goes on after Last-Event-ID
         * @description Needs the scope `feed:read`.
         */
        get: operations["streamChanges"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Messages, newest first, without their bodies
         * @description Needs the scope `messages:read`.
         */
        get: operations["listMessages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One message with its body
         * @description Needs the scope `messages:read`.
         */
        get: operations["getMessage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/messages/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Folds a message again, by the mappings of now; nothing is doubled
         * @description Needs the scope `messages:write`.
         */
        post: operations["replayMessage"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Deliveries, newest first
         * @description Needs the scope `deliveries:read`.
         */
        get: operations["listDeliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One delivery with the tries of its last effect
         * @description Needs the scope `deliveries:read`.
         */
        get: operations["getDelivery"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delivers again now, from the record as it is now; 409 where a call is in doubt or happened once for all
         * @description Needs the scope `deliveries:write`.
         */
        post: operations["redriveDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/release": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A person answers a call in doubt: it is done, or it goes out again
         * @description Needs the scope `deliveries:write`.
         */
        post: operations["releaseDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Takes the wish back until the record changes again; an effect that has begun is not cancelled
         * @description Needs the scope `deliveries:write`.
         */
        post: operations["cancelDelivery"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/deliveries/redrive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Delivers again all that a filter finds; without a state: those that are parked or dead
         * @description Needs the scope `deliveries:write`.
         */
        post: operations["redriveDeliveries"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How far an operation is; kept for a day
         * @description Needs the scope `deliveries:read`.
         */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/effects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Effects, those of the newest deliveries first
         * @description Needs the scope `deliveries:read`.
         */
        get: operations["listEffects"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/effects/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One effect with its tries
         * @description Needs the scope `deliveries:read`.
         */
        get: operations["getEffect"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/findings": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Findings, newest first
         * @description What no other list shows: contested fields, overdue waits, doubles, shared keys. Pairs that may be one are merge proposals; what a system was not told is a delivery; a move of states that was not legal stands in its record (`?stamps=true`).
         *
         *     Needs the scope `findings:read`.
         */
        get: operations["listFindings"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every connection with its callback address, its state and its last errors
         * @description Needs the scope `connections:read`.
         */
        get: operations["listConnections"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{connection}/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Asks the vendor whether address and credentials are right
         * @description Needs the scope `connections:write`.
         */
        post: operations["checkConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{connection}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends nothing there until it is resumed; what begins meanwhile waits, what has begun comes to its end
         * @description Needs the scope `connections:write`.
         */
        post: operations["pauseConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/connections/{connection}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sends again, the oldest wish first
         * @description Needs the scope `connections:write`.
         */
        post: operations["resumeConnection"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mappings/{name}/run": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Runs a mapping and explains each rule; nothing is stored
         * @description Needs the scope `mappings:run`.
         */
        post: operations["runMapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/mappings/{name}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Folds those messages again that would say something else by the mapping of now, behind live traffic
         * @description Needs the scope `messages:write`.
         */
        post: operations["replayMapping"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Keys of this tenant
         * @description Needs the scope `keys:read`.
         */
        get: operations["listKeys"];
        put?: never;
        /**
         * Makes a key; its text is in this answer and nowhere else
         * @description Needs the scope `keys:write`.
         */
        post: operations["createKey"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revokes a key; streams it opened end within seconds
         * @description Needs the scope `keys:write`.
         */
        delete: operations["revokeKey"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * position
         * @description A position that people are sought for, with what is asked of them.
         */
        position: {
            /** @description The company’s own code of the position. */
            code: string;
            /** @description As shown to candidates. */
            title: string;
            /** @description Position family; chooses interview provider and templates. */
            family: string;
            /** @description Department that hires. */
            department: string;
            /** @description Place of work. */
            location: string;
            /** @description People sought. */
            headcount: number;
            /**
             * @description Whether people are sought now.
             * @enum {unknown}
             */
            state: "draft" | "open" | "closed";
            /** @description What the work is. */
            description: string;
            /** @description What is asked of a candidate, with weights. */
            competencies: {
                /** @description Key of the competency, the same in every report. */
                key?: string;
                /** @description As shown to people. */
                name?: string;
                /** @description Share in the composite, 0 to 1. */
                weight?: number;
                /** @description What an interviewer asks about. */
                focus?: string;
            }[];
            /** @description The written test of this position. */
            assessment: {
                /** @description Whether a written test is asked for. */
                required?: boolean;
                /** @description Test package. */
                package?: string;
                /** @description Connection of the provider. */
                provider?: string;
            };
            /** @description HR staff and managers who hire. */
            hiring_team: {
                /** @description Who. */
                person: string;
                /** @description recruiter, manager, interviewer … */
                role: string;
            }[];
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * person
         * @description A person of the company: HR, interviewer, approver.
         */
        person: {
            /** @description Full name. */
            name: string;
            /** @description Mobile numbers, E.164. */
            phones: string[];
            /** @description Mail addresses, lower case. */
            emails: string[];
            /** @description Title in the company. */
            title: string;
            /** @description Department. */
            department: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * candidate
         * @description A person who applies, or may.
         */
        candidate: {
            /** @description Full name as the candidate writes it. */
            name: string;
            /** @description Given name. */
            given_name: string;
            /** @description Family name. */
            family_name: string;
            /** @description Phone numbers, E.164, the preferred first. */
            phones: string[];
            /** @description Mail addresses, lower case, the preferred first. */
            emails: string[];
            /** @description Accounts in office suites. */
            oa: {
                /** @description feishu, dingtalk, wecom. */
                suite: string;
                /** @description open_id, union_id, userid. */
                type: string;
                /** @description The id. */
                id: string;
            }[];
            /** @description Education, newest first. */
            education: {
                /** @description School. */
                school?: string;
                /** @description Degree. */
                degree?: string;
                /** @description Major. */
                major?: string;
                /** @description Begin, year-month or day. */
                start?: string;
                /** @description End. */
                end?: string;
            }[];
            /** @description Work experience, newest first. */
            experience: {
                /** @description Company. */
                company?: string;
                /** @description Title. */
                title?: string;
                /** @description Begin. */
                start?: string;
                /** @description End. */
                end?: string;
                /** @description What was done. */
                description?: string;
            }[];
            /** @description Skills. */
            skills: {
                /** @description Skill. */
                name?: string;
                /** @description Level in the source’s words. */
                level?: string;
            }[];
            /** @description Where the candidate came from. */
            source: string;
            /**
             * @description How the candidate wants to be reached.
             * @enum {unknown}
             */
            preferred_channel: "oa" | "mail" | "sms";
            /** @description Per month, in the company’s currency. */
            salary_expectation: number;
            /**
             * Format: date
             * @description First possible day of work.
             */
            available_from: string;
            /** @description Résumé. */
            resume: {
                /** @description Hash of the file in the blob store. */
                blob?: string;
                /** @description The résumé as text. */
                text?: string;
                /**
                 * Format: uri
                 * @description Where the source keeps it.
                 */
                url?: string;
            };
            /** @description Hash of the picture in the blob store. */
            portrait: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * application
         * @description A candidate’s application for a position.
         */
        application: {
            /** @description Who applies. */
            candidate: string;
            /** @description For what. */
            position: string;
            /**
             * @description Where the application stands.
             * @enum {unknown}
             */
            stage: "applied" | "screened" | "ai_interview" | "interview" | "assessment" | "offer" | "hired" | "rejected" | "withdrawn";
            /** @description The stage in the source’s own word. */
            stage_source: string;
            /**
             * Format: date-time
             * @description Since when.
             */
            stage_at: string;
            /** @description Why not. */
            reject_reason: string;
            /** @description Every measurement of this application; the newest of each report. */
            assessments: {
                /** @description The report. */
                report?: string;
                /**
                 * @description What kind of measurement.
                 * @enum {unknown}
                 */
                source?: "ai" | "exam" | "human" | "background";
                /** @description Points. */
                score?: number;
                /** @description Points that could be had. */
                max?: number;
                /**
                 * Format: date-time
                 * @description When.
                 */
                reported_at?: string;
            }[];
            /** @description 0 to 10, over all assessments. */
            composite: number;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * interview
         * @description An interview: with an AI, a person, by phone, or an exam.
         */
        interview: {
            /** @description For which application. */
            application: string;
            /** @description With whom. */
            candidate: string;
            /** @description For what. */
            position: string;
            /**
             * @description Who asks.
             * @enum {unknown}
             */
            type: "ai" | "human" | "phone" | "exam";
            /** @description Connection that runs it. */
            provider: string;
            /** @description 1, 2 … */
            round: number;
            /** @description As shown in calendars; it may name the candidate. */
            title: string;
            /** @description When it takes place. */
            schedule: {
                /**
                 * Format: date-time
                 * @description Begin.
                 */
                start?: string;
                /**
                 * Format: date-time
                 * @description End.
                 */
                end?: string;
                /** @description IANA zone for people’s eyes. */
                zone?: string;
            };
            /** @description When the candidate may begin by themself. */
            window: {
                /**
                 * Format: date-time
                 * @description First moment.
                 */
                opens?: string;
                /**
                 * Format: date-time
                 * @description Last moment.
                 */
                closes?: string;
            };
            /**
             * Format: uri
             * @description Where to join; whoever has it may enter.
             */
            join_url: string;
            /** @description Who invites. */
            organizer: string;
            /** @description Who asks, with their answers. */
            interviewers: {
                /** @description Who asks. */
                person?: string;
                /** @description lead, member, observer. */
                role?: string;
                /**
                 * @description Answer to the invitation (iCalendar PARTSTAT).
                 * @enum {unknown}
                 */
                response?: "needs_action" | "accepted" | "declined" | "tentative";
                /**
                 * Format: date-time
                 * @description When they answered.
                 */
                response_at?: string;
            }[];
            /** @description Questions and their focus. */
            questions: {
                /** @description Key. */
                key?: string;
                /** @description The question. */
                text?: string;
                /** @description open, code, choice. */
                type?: string;
                /** @description Competency key. */
                focus?: string;
            }[];
            /**
             * @description How far it is.
             * @enum {unknown}
             */
            state: "draft" | "invited" | "link_opened" | "scheduled" | "started" | "interrupted" | "completed" | "evaluated" | "cancelled" | "no_show" | "expired";
            /** @description The state in the source’s own word. */
            state_source: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * score_report
         * @description The result of an AI interview or another measurement.
         */
        score_report: {
            /** @description Which interview. */
            interview: string;
            /** @description For which application. */
            application: string;
            /** @description About whom. */
            candidate: string;
            /** @description For what. */
            position: string;
            /** @description The provider’s number of this statement. */
            revision: number;
            /** @description Points that overall can reach; 10 in the canonical form. */
            scale: number;
            /** @description 0 to 10, as the provider judged. */
            overall: number;
            /** @description 0 to 10, the dimensions weighted; a person’s override stands above it. */
            composite: number;
            /** @description The provider’s grade. */
            grade: string;
            /**
             * @description What the provider advises.
             * @enum {unknown}
             */
            conclusion: "recommend" | "hold" | "reject";
            /** @description Scores by competency. */
            dimensions: {
                /** @description Key of the competency. */
                key?: string;
                /** @description As shown to people. */
                name?: string;
                /** @description Points. */
                score?: number;
                /** @description Points that could be had. */
                max?: number;
                /** @description Share, 0 to 1. */
                weight?: number;
                /** @description What the score rests on. */
                evidence?: {
                    /** @description What was said. */
                    quote?: string;
                    /** @description Seconds into the recording. */
                    at?: number;
                    /** @description Hash of the clip. */
                    clip?: string;
                }[];
            }[];
            /** @description Sentences worth reading. */
            highlights: string[];
            /** @description Recordings. */
            media: {
                /** @description video, audio, image, pdf. */
                type?: string;
                /** @description Hash in the blob store. */
                blob?: string;
                /** @description Where the provider keeps it. */
                url?: string;
                /** @description Name. */
                title?: string;
            }[];
            /** @description Curves: name → [[seconds, value]]. */
            series: {
                [key: string]: number[][];
            };
            /** @description 0 to 1. */
            keyword_match_rate: number;
            /** @description What judged. */
            ai: {
                /** @description Who. */
                provider?: string;
                /** @description Which model. */
                model?: string;
                /** @description Which version. */
                version?: string;
            };
            /** @description The rubric used. */
            rubric: string;
            /** @description A person’s judgement above the machine’s. */
            override: {
                /** @description Who. */
                by?: string;
                /** @description Why. */
                reason?: string;
                /** @description 0 to 10. */
                overall?: number;
            };
            /**
             * Format: date-time
             * @description When the provider finished it.
             */
            reported_at: string;
            /**
             * Format: date
             * @description Last day it may be used.
             */
            valid_until: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * evaluation
         * @description What an interviewer thought.
         */
        evaluation: {
            /** @description Which interview. */
            interview: string;
            /** @description Who judged. */
            interviewer: string;
            /** @description 0 to 10. */
            overall: number;
            /** @description Scores by competency. */
            dimensions: {
                /** @description Competency. */
                key?: string;
                /** @description Points. */
                score?: number;
                /** @description Of. */
                max?: number;
            }[];
            /**
             * @description What they advise.
             * @enum {unknown}
             */
            conclusion: "recommend" | "hold" | "reject";
            /** @description In their words. */
            comment: string;
            /**
             * Format: date-time
             * @description When.
             */
            evaluated_at: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * exam_result
         * @description What a written test found.
         */
        exam_result: {
            /** @description Whose. */
            candidate: string;
            /** @description For which application. */
            application: string;
            /** @description Points. */
            score: number;
            /** @description Points that could be had. */
            max: number;
            /**
             * Format: date-time
             * @description When.
             */
            reported_at: string;
            /**
             * Format: uri
             * @description The provider’s page.
             */
            url: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * background_check
         * @description What a background check found.
         */
        background_check: {
            /** @description Whose. */
            candidate: string;
            /** @description For which application. */
            application: string;
            /**
             * @description What it found.
             * @enum {unknown}
             */
            verdict: "clear" | "consider" | "fail" | "pending";
            /** @description The provider’s own word. */
            verdict_source: string;
            /**
             * Format: date-time
             * @description When.
             */
            reported_at: string;
            /**
             * Format: uri
             * @description The provider’s page.
             */
            url: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * offer
         * @description What a candidate is offered.
         */
        offer: {
            /** @description For which application. */
            application: string;
            /** @description To whom. */
            candidate: string;
            /** @description For what. */
            position: string;
            /** @description Per month. */
            salary: number;
            /** @description ISO 4217. */
            currency: string;
            /**
             * Format: date
             * @description First day of work.
             */
            start_date: string;
            /**
             * @description How far it is.
             * @enum {unknown}
             */
            state: "draft" | "in_approval" | "approved" | "sent" | "accepted" | "rejected" | "declined" | "withdrawn";
            /** @description The approval. */
            approval: {
                /** @description The office suite’s id. */
                id?: string;
                /**
                 * Format: date-time
                 * @description When it was decided.
                 */
                at?: string;
            };
            /** @description Why this offer. */
            reason: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * course
         * @description Something that can be learned.
         */
        course: {
            /** @description Code in the catalogue. */
            code: string;
            /** @description Name. */
            title: string;
            /**
             * Format: uri
             * @description Where to begin.
             */
            url: string;
            /** @description Minutes. */
            duration: number;
            /** @description Competencies it trains. */
            dimensions: string[];
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * training_plan
         * @description Courses recommended to a candidate.
         */
        training_plan: {
            /** @description For whom. */
            candidate: string;
            /** @description From which application. */
            application: string;
            /** @description Courses with reasons. */
            items: {
                /** @description Which course. */
                course?: string;
                /**
                 * Format: date
                 * @description By when.
                 */
                due?: string;
                /**
                 * @description How far.
                 * @enum {unknown}
                 */
                state?: "recommended" | "enrolled" | "started" | "completed" | "dropped";
                /** @description Why this course. */
                reason?: {
                    /** @description Weak competency. */
                    dimension?: string;
                    /** @description Points it got. */
                    score?: number;
                    /** @description Points it should have. */
                    threshold?: number;
                    /** @description Why, for a person. */
                    text?: string;
                };
            }[];
            /**
             * @description How far the plan is.
             * @enum {unknown}
             */
            state: "draft" | "active" | "completed" | "cancelled";
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * notification
         * @description A message to a person.
         */
        notification: {
            /** @description What it is about. */
            about: {
                /** @description Kind of the record. */
                kind?: string;
                /** @description Its id. */
                id?: string;
            };
            /** @description Address in the channel. */
            to: string;
            /**
             * @description How it goes.
             * @enum {unknown}
             */
            channel: "oa" | "mail" | "sms";
            /** @description Template. */
            template: string;
            /** @description Values of the template. */
            params: {
                [key: string]: unknown;
            };
            /**
             * @description What became of it.
             * @enum {unknown}
             */
            state: "queued" | "sent" | "delivered" | "read" | "failed";
            /** @description Why it failed. */
            failed_because: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * demand
         * @description People a department needs.
         */
        demand: {
            /** @description The position that answers it. */
            position: string;
            /** @description Who needs them. */
            department: string;
            /** @description What family of positions. */
            position_family: string;
            /** @description How many. */
            headcount: number;
            /**
             * Format: date
             * @description By when.
             */
            needed_by: string;
            /** @description What they must be able to do. */
            requirements: {
                /** @description Competency. */
                key?: string;
                /** @description As shown. */
                name?: string;
                /** @description Share, 0 to 1. */
                weight?: number;
            }[];
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * feedback
         * @description An opinion about an interview, a candidate, a process.
         */
        feedback: {
            /** @description What it is about. */
            about: {
                /** @description Kind of the record. */
                kind?: string;
                /** @description Its id. */
                id?: string;
            };
            /**
             * @description Who says it.
             * @enum {unknown}
             */
            from: "candidate" | "interviewer" | "department";
            /** @description 1 to 5. */
            rating: number;
            /** @description In their words. */
            text: string;
            /**
             * Format: date-time
             * @description When.
             */
            at: string;
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * employee
         * @description Someone who was hired.
         */
        employee: {
            /** @description Who they were. */
            candidate: string;
            /** @description Staff number. */
            number: string;
            /**
             * Format: date
             * @description First day.
             */
            hired_at: string;
            /**
             * Format: date
             * @description Last day.
             */
            left_at: string;
            /** @description Why they left. */
            leave_reason: string;
            /** @description Performance by period. */
            performance: {
                /** @description 2026H1. */
                period?: string;
                /** @description Points. */
                score?: number;
            }[];
            /** @description Promotions. */
            promotions: {
                /**
                 * Format: date-time
                 * @description When.
                 */
                at?: string;
                /** @description To what. */
                title?: string;
            }[];
            /** @description Fields of this company that no kind has. */
            custom: {
                [key: string]: unknown;
            };
            /** @description Free words. */
            tags: string[];
        };
        /**
         * Problem
         * @description An error, RFC 9457.
         */
        Problem: {
            type: string;
            status: number;
            /**
             * @description What happened, for programs. Never changes its meaning.
             * @enum {unknown}
             */
            code: "JSON_TEXT_BROKEN" | "JSON_TEXT_DEEP" | "SECRET_SEAL_BROKEN" | "HUB_DEFECT" | "CONFIG_SETTING_INVALID" | "CONFIG_KEY_MISSING" | "LEDGER_FOREIGN" | "MODEL_LIST_DOUBLE_KEY" | "MODEL_PATH_UNKNOWN" | "MODEL_VALUE_INVALID" | "MAPPING_VALUE_UNKNOWN" | "MAPPING_VALUE_INVALID" | "MAPPING_VALUE_RANGE" | "MAPPING_VALUE_LARGE" | "MAPPING_TYPE_MISMATCH" | "MAPPING_FIELD_MISSING" | "MAPPING_ZONE_MISSING" | "MAPPING_REFERENCE_MISSING" | "MAPPING_KEY_TWICE" | "MAPPING_EXPRESSION_FAILED" | "MAPPING_FILE_INVALID" | "MAPPING_WORD_UNKNOWN" | "MAPPING_RULE_INVALID" | "MAPPING_PATH_INVALID" | "MAPPING_PATH_UNKNOWN" | "MAPPING_TYPE_UNFIT" | "MAPPING_FIELD_UNFILLED" | "MAPPING_ENUM_UNKNOWN" | "MAPPING_ENUM_UNCOVERED" | "MAPPING_RULE_UNREACHABLE" | "MAPPING_PERSONAL_LEAK" | "MAPPING_OBJECT_ATOMIC" | "MAPPING_TABLE_MISSING" | "MAPPING_SETTING_UNKNOWN" | "MAPPING_EXPRESSION_INVALID" | "MAPPING_TEST_FAILED" | "MAPPING_RULE_UNTESTED" | "CONNECTOR_ADDRESS_PRIVATE" | "CONNECTOR_FILE_MISSING" | "CONNECTOR_MANIFEST_INVALID" | "CONNECTOR_MANIFEST_ORDER" | "CONNECTOR_DOCUMENT_BROKEN" | "CONNECTOR_DOCUMENT_LARGE" | "CONNECTOR_OPERATION_UNKNOWN" | "CONNECTOR_PARAMETER_UNKNOWN" | "CONNECTOR_PARAMETER_UNBOUND" | "CONNECTOR_EXPRESSION_BROKEN" | "CONNECTOR_RESOURCE_INCOMPLETE" | "CONNECTOR_SETTING_UNKNOWN" | "CONNECTOR_KIND_UNKNOWN" | "CONNECTOR_SETTING_MISSING" | "CONNECTOR_SECRET_BROKEN" | "CONNECTOR_BINDING_ABSENT" | "CONNECTOR_BINDING_INVALID" | "CONNECTOR_BODY_UNWRITABLE" | "CONNECTOR_FILE_INVALID" | "CONNECTOR_FILE_LOST" | "CONNECTOR_BODY_LARGE" | "CONNECTOR_ABILITY_MISSING" | "CONNECTOR_CALL_UNREACHABLE" | "CONNECTOR_CALL_TIMEOUT" | "CONNECTOR_CALL_CUT" | "CONNECTOR_ANSWER_LARGE" | "CONNECTOR_ANSWER_FAILED" | "CONNECTOR_ANSWER_UNUSABLE" | "CONNECTOR_ANSWER_WITHOUT_ID" | "CONNECTOR_ANSWER_REFUSED" | "CONNECTOR_ANSWER_THROTTLED" | "CONNECTOR_LIMIT_REACHED" | "CONNECTOR_ACCESS_DENIED" | "CONNECTOR_THING_ABSENT" | "CONNECTOR_THING_EXISTS" | "CONNECTOR_SIGNATURE_MISSING" | "CONNECTOR_SIGNATURE_WRONG" | "CONNECTOR_SIGNATURE_OLD" | "CONNECTOR_SIGNATURE_REPLAYED" | "CONNECTOR_CALLBACK_UNSIGNED" | "CONNECTOR_CALLBACK_METHOD" | "CONNECTOR_XML_BROKEN" | "CONNECTOR_CALLBACK_TYPE" | "CONNECTOR_CALLBACK_LARGE" | "CONFIG_YAML_BROKEN" | "CONFIG_TENANT_UNKNOWN" | "CONFIG_FILE_MISSING" | "CONFIG_FILE_LARGE" | "CONFIG_FILE_INVALID" | "CONFIG_WORD_UNKNOWN" | "CONFIG_NAME_TAKEN" | "CONFIG_NAME_RESERVED" | "CONFIG_NAME_DIFFERS" | "CONFIG_QUESTION_OPEN" | "CONFIG_CONNECTOR_UNKNOWN" | "CONFIG_SETTING_UNKNOWN" | "CONFIG_SETTING_MISSING" | "CONFIG_SECRET_MISSING" | "CONFIG_INTERPOLATION_INVALID" | "CONFIG_FLOW_ENDS_INVALID" | "CONFIG_FLOW_WORD_UNFIT" | "CONFIG_CONNECTION_UNKNOWN" | "CONFIG_RESOURCE_UNKNOWN" | "CONFIG_KIND_UNKNOWN" | "CONFIG_MAPPING_UNKNOWN" | "CONFIG_MAPPING_UNFIT" | "CONFIG_EACH_INVALID" | "CONFIG_READ_DEEP" | "CONFIG_FLOW_DEAD" | "CONFIG_FLOW_DOUBLE" | "CONFIG_FLOW_HELD" | "CONFIG_FLOW_CIRCLE" | "CONFIG_LINK_UNFILLED" | "CONFIG_REFERENCE_UNCLEAR" | "CONFIG_PERSONAL_UNSAID" | "CONFIG_OWNERSHIP_PATH" | "LEDGER_AWAY" | "LEDGER_STATEMENT_SLOW" | "LEDGER_COMMIT_UNKNOWN" | "LEDGER_TRANSACTION_OPEN" | "LEDGER_FOLDER_LOCKED" | "LEDGER_NUMBER_UNSAFE" | "LEDGER_MIGRATION_FAILED" | "LEDGER_BACKUP_ELSEWHERE" | "LEDGER_BACKUP_EXISTS" | "CHANNEL_AWAY" | "PIPELINE_CONNECTION_UNKNOWN" | "PIPELINE_REFERENCE_MISSING" | "PIPELINE_RACE_LOST" | "PIPELINE_CHAIN_LONG" | "PIPELINE_JUDGEMENT_FAILED" | "PIPELINE_DELIVERY_UNKNOWN" | "PIPELINE_DELIVERY_UNDERWAY" | "PIPELINE_MESSAGE_UNKNOWN" | "PIPELINE_ID_UNKNOWN" | "PIPELINE_EFFECT_DOUBTFUL" | "PIPELINE_RESOURCE_UNKNOWN" | "PIPELINE_MAPPING_UNUSED" | "PIPELINE_MERGE_IMPOSSIBLE" | "PIPELINE_MERGED_ALREADY" | "PIPELINE_MERGE_ABSENT" | "PIPELINE_MERGE_COVERED" | "PIPELINE_PROPOSAL_DECIDED" | "PIPELINE_RECORD_ERASED" | "PIPELINE_RECORD_BUSY" | "PIPELINE_MESSAGE_ERASED" | "PIPELINE_DELIVERY_BUSY" | "PIPELINE_DELIVERY_ONCE" | "PIPELINE_DELIVERY_SETTLED" | "PIPELINE_EFFECT_CERTAIN" | "PIPELINE_RELEASE_ID_MISSING" | "PIPELINE_KEY_SCOPE_INVALID" | "PIPELINE_IMPORT_FILE_BROKEN" | "PIPELINE_IMPORT_FILE_LARGE" | "PIPELINE_IMPORT_ENCODING_UNSURE" | "PIPELINE_IMPORT_ROW_BROKEN" | "PIPELINE_IMPORT_IDENTITY_MISSING" | "PIPELINE_IMPORT_COLUMN_MISSING" | "PIPELINE_IMPORT_FLOW_MISSING" | "PIPELINE_IMPORT_FLOW_UNCLEAR" | "PIPELINE_IMPORT_RUNNING" | "PIPELINE_IMPORT_MOVED" | "HTTP_ROUTE_UNKNOWN" | "HTTP_HOOK_REFUSED" | "HTTP_KEY_MISSING" | "HTTP_KEY_REFUSED" | "HTTP_SCOPE_MISSING" | "HTTP_CONNECTION_FOREIGN" | "HTTP_REQUEST_INVALID" | "HTTP_REQUEST_BROKEN" | "HTTP_TEXT_FORBIDDEN" | "HTTP_BODY_LARGE" | "HTTP_TYPE_UNSUPPORTED" | "HTTP_CURSOR_BROKEN" | "HTTP_POSITION_EXPIRED" | "HTTP_LOAD_HIGH" | "HTTP_IDEMPOTENCY_DIFFERS" | "HTTP_IDEMPOTENCY_BUSY" | "CLI_USE_WRONG" | "CLI_FILE_UNREADABLE" | "CLI_FILE_UNWRITABLE" | "CLI_FOLDER_TAKEN" | "CLI_NAME_TAKEN" | "CLI_FOLDER_BROKEN" | "CLI_DIFF_LARGE" | "CLI_TENANT_UNCLEAR" | "CLI_SCHEMA_OLD" | "CLI_HUB_RUNNING" | "CLI_HUB_SILENT";
            /** @description What happened, for people. */
            title: string;
            /** @description What happened here; personal data is masked. */
            detail: string;
            /** @description What to do now. */
            remedy: string;
            /** @description Id of a defect, as in the log. */
            instance?: string;
            /** @description Place in a file or in a value. */
            where?: {
                [key: string]: unknown;
            };
            /** @description Each place that is wrong. */
            errors?: {
                path: string;
                detail: string;
            }[];
        };
        /** Record */
        Record: {
            id: string;
            /** @enum {unknown} */
            kind: "position" | "person" | "candidate" | "application" | "interview" | "score_report" | "evaluation" | "exam_result" | "background_check" | "offer" | "course" | "training_plan" | "notification" | "demand" | "feedback" | "employee";
            /** @description Grows with every change; depends on the way, not on the state. */
            version: number;
            /** @description A system said that it deleted the thing. */
            gone: boolean;
            /** @description Fields of the kind; what nobody said is absent. */
            data: components["schemas"]["position"] | components["schemas"]["person"] | components["schemas"]["candidate"] | components["schemas"]["application"] | components["schemas"]["interview"] | components["schemas"]["score_report"] | components["schemas"]["evaluation"] | components["schemas"]["exam_result"] | components["schemas"]["background_check"] | components["schemas"]["offer"] | components["schemas"]["course"] | components["schemas"]["training_plan"] | components["schemas"]["notification"] | components["schemas"]["demand"] | components["schemas"]["feedback"] | components["schemas"]["employee"];
            refs: {
                path: string;
                kind: string;
                id: string;
            }[];
            links: {
                connection: string;
                resource: string;
                /** @description The id over there. */
                id: string;
                /**
                 * @description Whether it still is what the two systems share.
                 * @enum {unknown}
                 */
                state: "active" | "retired" | "gone" | "erased";
            }[];
            /**
             * Format: date-time
             * @description When the hub first heard of it.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it last changed.
             */
            updated_at: string;
            /** @description Who said each field, and when (`?stamps=true`). */
            stamps?: {
                [key: string]: {
                    connection?: string | null;
                    resource?: string | null;
                    external_id?: string | null;
                    /** Format: date-time */
                    at?: string;
                    rank?: number;
                };
            };
            findings?: {
                [key: string]: unknown;
            }[];
        };
        /** Message */
        Message: {
            id: string;
            connection: string;
            /** @description hook, poll, fetch, answer, api, import, hub */
            source: string;
            resource: string | null;
            /** @description new, folded, waiting, invalid, ignored, unrouted, defect, erased */
            state: string;
            /**
             * Format: date-time
             * @description When its first byte came.
             */
            received_at: string;
            sent_at: string | null;
            tries: number;
            verdicts: {
                [key: string]: unknown;
            }[];
        };
        /** Effect */
        Effect: {
            /** @description delivery.number */
            id: string;
            delivery: string;
            n: number;
            flow: string;
            connection: string;
            resource: string;
            record: string;
            /** @description create, update, delete, put */
            verb: string;
            /** @description open, accepted, refused, half-made (refused at a later step), absent, exists, dropped */
            state: string;
            /** @description What is known between tries. */
            doubt: {
                [key: string]: unknown;
            };
            wanted: number;
            /**
             * Format: date-time
             * @description When it was written down, before the call.
             */
            begun_at: string;
            ended_at: string | null;
        };
        /** Delivery */
        Delivery: {
            id: string;
            flow: string;
            key: string;
            connection: string;
            resource: string;
            record: string;
            /** @description waiting, in_flight, unknown, delivered, confirmed, held, superseded, lapsed, parked, dead, cancelled */
            state: string;
            because: string | null;
            /** @description there, gone, held */
            wants: string;
            /** @description The change it wants to bring over. */
            wanted: number;
            /** @description The change that was brought over. */
            done: number;
            external_id: string | null;
            due_at: string | null;
            /** @description Tries of all its effects. */
            attempts: number;
            effect: {
                n: number;
                verb: string;
                state: string;
                /**
                 * Format: date-time
                 * @description When it began.
                 */
                begun_at: string;
                ended_at: string | null;
            } | null;
            last_error: {
                [key: string]: unknown;
            } | null;
            /**
             * Format: date-time
             * @description When it was first wanted.
             */
            created_at: string;
            /**
             * Format: date-time
             * @description When it last moved.
             */
            updated_at: string;
        };
        /** Connection */
        Connection: {
            connection: string;
            connector: string;
            /** @description Address for its callbacks; keep it between the two of you. */
            hook: string;
            /** @description active, paused */
            state: string;
            because: string | null;
            skew_ms: number | null;
            /** @description Deliveries that do not rest well, by state. */
            open: {
                [key: string]: unknown;
            };
            last_error: {
                [key: string]: unknown;
            } | null;
            /** @description Last error of each poll, by resource. */
            poll_errors: {
                [key: string]: unknown;
            };
            /** @description Callbacks refused since midnight UTC, by code. */
            refused_today: {
                [key: string]: unknown;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    health: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @enum {string} */
                        status: "ok";
                    };
                };
            };
        };
    };
    ready: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description Whether callbacks can be stored.
                         * @enum {unknown}
                         */
                        status: "ready" | "away";
                        ledger: {
                            engine: string;
                            /** @enum {unknown} */
                            state: "ok" | "away";
                        };
                        channel: {
                            carrier: string;
                            /**
                             * @description degraded = deliveries wait for the sweep, nothing is lost.
                             * @enum {unknown}
                             */
                            state: "ok" | "degraded";
                            rings_lost: number;
                        };
                        /** @description What an acknowledgement means here. */
                        durability: string;
                    };
                };
            };
            /** @description Default Response */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /**
                         * @description Whether callbacks can be stored.
                         * @enum {unknown}
                         */
                        status: "ready" | "away";
                        ledger: {
                            engine: string;
                            /** @enum {unknown} */
                            state: "ok" | "away";
                        };
                        channel: {
                            carrier: string;
                            /**
                             * @description degraded = deliveries wait for the sweep, nothing is lost.
                             * @enum {unknown}
                             */
                            state: "ok" | "degraded";
                            rings_lost: number;
                        };
                        /** @description What an acknowledgement means here. */
                        durability: string;
                    };
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    openFile: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                hash: string;
                signature: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
        };
    };
    listRecords: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Only what this connection knows. */
                connection?: string;
                /** @description … under this resource. */
                resource?: string;
                /** @description The id that a system gives the thing; always text. */
                external_id?: string;
                /** @description Changed at or after. */
                updated_since?: string;
                /** @description Only those that a system has deleted, or not. */
                gone?: boolean;
                /** @description Who said each field, and when. */
                stamps?: boolean;
            };
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Record"][];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getRecord: {
        parameters: {
            query?: {
                /** @description Who said each field, and when. */
                stamps?: boolean;
            };
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Record"];
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getTimeline: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        title: string;
                        items: {
                            /** @description saying, link, change, delivery, effect, attempt, finding, merge */
                            is: string;
                            /**
                             * Format: date-time
                             * @description When it happened.
                             */
                            at: string;
                            id: string;
                            /** @description One sentence for a person. */
                            text: string;
                            /** @description The same for programs. */
                            facts: {
                                [key: string]: unknown;
                            };
                        }[];
                        /** @description What happens next, and when. */
                        outlook: string[];
                        /** @description A life is one page: its newest 500 steps of each sort. */
                        next: null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    putRecord: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under it gets the same answer. */
                "idempotency-key"?: string;
                /** @description When it became so, where the body does not say. */
                "occurred-at"?: string;
            };
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description The connection the key speaks for. */
                connection: string;
                /** @description What the system calls such things. */
                resource: string;
                /** @description The id that a system gives the thing; always text. */
                external_id: string;
            };
            cookie?: never;
        };
        /** @description Fields of the kind: null empties, absent says nothing. A reference is the id of a record, or { connection, resource, external_id }. */
        requestBody: {
            content: {
                "application/merge-patch+json": {
                    /**
                     * Format: date-time
                     * @description When it became so over there.
                     */
                    occurred_at?: string;
                    /** @description The thing was deleted over there. */
                    gone?: boolean;
                } & {
                    [key: string]: unknown;
                };
                "application/json": {
                    /**
                     * Format: date-time
                     * @description When it became so over there.
                     */
                    occurred_at?: string;
                    /** @description The thing was deleted over there. */
                    gone?: boolean;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message it became. */
                        message: string;
                        /** @description folded, waiting, ignored … */
                        state: string;
                        /** @description folded, unchanged, waiting, ignored, erased */
                        verdict: string;
                        record: components["schemas"]["Record"] | null;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message it became. */
                        message: string;
                        /** @description folded, waiting, ignored … */
                        state: string;
                        /** @description folded, unchanged, waiting, ignored, erased */
                        verdict: string;
                        record: components["schemas"]["Record"] | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    patchRecord: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under it gets the same answer. */
                "idempotency-key"?: string;
                /** @description When it became so, where the body does not say. */
                "occurred-at"?: string;
            };
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description The connection the key speaks for. */
                connection: string;
                /** @description What the system calls such things. */
                resource: string;
                /** @description The id that a system gives the thing; always text. */
                external_id: string;
            };
            cookie?: never;
        };
        /** @description Fields of the kind: null empties, absent says nothing. A reference is the id of a record, or { connection, resource, external_id }. */
        requestBody: {
            content: {
                "application/merge-patch+json": {
                    /**
                     * Format: date-time
                     * @description When it became so over there.
                     */
                    occurred_at?: string;
                    /** @description The thing was deleted over there. */
                    gone?: boolean;
                } & {
                    [key: string]: unknown;
                };
                "application/json": {
                    /**
                     * Format: date-time
                     * @description When it became so over there.
                     */
                    occurred_at?: string;
                    /** @description The thing was deleted over there. */
                    gone?: boolean;
                } & {
                    [key: string]: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message it became. */
                        message: string;
                        /** @description folded, waiting, ignored … */
                        state: string;
                        /** @description folded, unchanged, waiting, ignored, erased */
                        verdict: string;
                        record: components["schemas"]["Record"] | null;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The message it became. */
                        message: string;
                        /** @description folded, waiting, ignored … */
                        state: string;
                        /** @description folded, unchanged, waiting, ignored, erased */
                        verdict: string;
                        record: components["schemas"]["Record"] | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    sayBatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same request under it gets the same answer. */
                "idempotency-key"?: string;
                /** @description When it became so, where the body does not say. */
                "occurred-at"?: string;
            };
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
            };
            cookie?: never;
        };
        /** @description NDJSON */
        requestBody: {
            content: {
                "application/x-ndjson": string;
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description Lines by verdict. */
                        counts: {
                            [key: string]: unknown;
                        };
                        items: {
                            /** @description From 1. */
                            line: number;
                            /** @description folded, unchanged, waiting, ignored, erased, invalid */
                            verdict: string;
                            message: string | null;
                            record: string | null;
                            code: string | null;
                            detail: string | null;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    mergeRecord: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description The record that survives. */
                    into: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        kind: string;
                        /** @description The record whose id now answers 308. */
                        merged: string;
                        /** @description The record that answers for both. */
                        survivor: string;
                        /** @description The key that asked, or auto_merge. */
                        by: string;
                        /**
                         * Format: date-time
                         * @description When.
                         */
                        at: string;
                        undone_at: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unmergeRecord: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        kind: string;
                        /** @description The record whose id now answers 308. */
                        merged: string;
                        /** @description The record that answers for both. */
                        survivor: string;
                        /** @description The key that asked, or auto_merge. */
                        by: string;
                        /**
                         * Format: date-time
                         * @description When.
                         */
                        at: string;
                        undone_at: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMergeProposals: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description What was decided. */
                state?: "open" | "accepted" | "rejected";
                /** @description Only of this kind. */
                kind?: string;
                /** @description Only with this record. */
                record?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            kind: string;
                            /** @description The two that may be one. */
                            records: string[];
                            /** @description What they share: the name of the identity key, never its value. */
                            key: string;
                            /** @description open, accepted, rejected */
                            state: string;
                            /** @description A mapping says that this key decides by itself. */
                            auto: boolean;
                            /**
                             * Format: date-time
                             * @description When it was first seen.
                             */
                            created_at: string;
                            decided_at: string | null;
                            decided_by: string | null;
                        }[];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acceptMergeProposal: {
        parameters: {
            query?: {
                /** @description The one of the two that survives. */
                into?: string;
            };
            header?: never;
            path: {
                /** @description Id of the proposal. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        kind: string;
                        /** @description The two that may be one. */
                        records: string[];
                        /** @description What they share: the name of the identity key, never its value. */
                        key: string;
                        /** @description open, accepted, rejected */
                        state: string;
                        /** @description A mapping says that this key decides by itself. */
                        auto: boolean;
                        /**
                         * Format: date-time
                         * @description When it was first seen.
                         */
                        created_at: string;
                        decided_at: string | null;
                        decided_by: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rejectMergeProposal: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the proposal. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        kind: string;
                        /** @description The two that may be one. */
                        records: string[];
                        /** @description What they share: the name of the identity key, never its value. */
                        key: string;
                        /** @description open, accepted, rejected */
                        state: string;
                        /** @description A mapping says that this key decides by itself. */
                        auto: boolean;
                        /**
                         * Format: date-time
                         * @description When it was first seen.
                         */
                        created_at: string;
                        decided_at: string | null;
                        decided_by: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    eraseRecord: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The record it was asked for. */
                        record: string;
                        /**
                         * @description removing = other systems first; done = the bytes are gone.
                         * @enum {unknown}
                         */
                        state: "removing" | "done";
                        /** @description Records that go with it: merged into it, or about that person alone. */
                        records: number;
                        /** @description The key that asked. */
                        by: string;
                        /**
                         * Format: date-time
                         * @description Since when nothing is folded into it.
                         */
                        asked_at: string;
                        done_at: string | null;
                        /** @description What is still to be removed elsewhere; a week after asking the bytes go all the same. */
                        waiting: {
                            delivery: string;
                            connection: string;
                            resource: string;
                            state: string;
                            because: string | null;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getErasure: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The plural of a kind: candidates, interviews … */
                kinds: string;
                /** @description Id of the record. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description The record it was asked for. */
                        record: string;
                        /**
                         * @description removing = other systems first; done = the bytes are gone.
                         * @enum {unknown}
                         */
                        state: "removing" | "done";
                        /** @description Records that go with it: merged into it, or about that person alone. */
                        records: number;
                        /** @description The key that asked. */
                        by: string;
                        /**
                         * Format: date-time
                         * @description Since when nothing is folded into it.
                         */
                        asked_at: string;
                        done_at: string | null;
                        /** @description What is still to be removed elsewhere; a week after asking the bytes go all the same. */
                        waiting: {
                            delivery: string;
                            connection: string;
                            resource: string;
                            state: string;
                            because: string | null;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listChanges: {
        parameters: {
            query?: {
                /** @description Position read last; 0 for the beginning. */
                after?: number;
                limit?: number;
                /** @description Only records of this kind. */
                kind?: "position" | "person" | "candidate" | "application" | "interview" | "score_report" | "evaluation" | "exam_result" | "background_check" | "offer" | "course" | "training_plan" | "notification" | "demand" | "feedback" | "employee";
                /** @description Only this record. */
                record?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            /** @description Place in the feed; give it back as `after`. */
                            position: number;
                            record: string;
                            kind: string;
                            version: number;
                            /** @description Fields that changed; $new, $gone. */
                            paths: string[];
                            /** @description The record as it became. */
                            data: {
                                [key: string]: unknown;
                            };
                            /** @description by, id, connection, flow, depth */
                            cause: {
                                [key: string]: unknown;
                            };
                            /**
                             * Format: date-time
                             * @description When the hub folded it.
                             */
                            at: string;
                            /** @description Covers a salted commitment of the data and the hash before. */
                            hash: string;
                            previous: string | null;
                        }[];
                        next: string | null;
                        /** @description How far this page looked; a follower goes on from here. */
                        position: number;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    streamChanges: {
        parameters: {
            query?: {
                /** @description Where to begin; without it and Last-Event-ID: now. */
                after?: number;
                /** @description Only records of this kind. */
                kind?: "position" | "person" | "candidate" | "application" | "interview" | "score_report" | "evaluation" | "exam_result" | "background_check" | "offer" | "course" | "training_plan" | "notification" | "demand" | "feedback" | "employee";
                /** @description Only this record. */
                record?: string;
            };
            header?: {
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["Problem"];
                };
            };
        };
    };
    listMessages: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Worst verdict of its items. */
                state?: "new" | "folded" | "waiting" | "invalid" | "ignored" | "unrouted" | "defect" | "erased";
                /** @description Who sent it. */
                connection?: string;
                /** @description How it came. */
                source?: "hook" | "poll" | "fetch" | "answer" | "api" | "import" | "hub";
                /** @description A verdict of this flow. */
                flow?: string;
                /** @description A verdict with this code. */
                code?: string;
                /** @description What it said is about this record. */
                record?: string;
                /** @description Received at or after. */
                since?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Message"][];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the message. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"] & {
                        method: string | null;
                        /** @description Names of its headers; values may be secrets. */
                        headers: string[];
                        /** @description What the verify scheme opened, as JSON. */
                        body: unknown;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayMessage: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the message. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Message"];
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listDeliveries: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description How far it is. */
                state?: "waiting" | "in_flight" | "unknown" | "delivered" | "confirmed" | "held" | "superseded" | "lapsed" | "parked" | "dead" | "cancelled";
                /** @description Why it is so: due, retry, link, paused, unknown, mapping … */
                because?: string;
                /** @description Where it goes. */
                connection?: string;
                /** @description The flow that wants it. */
                flow?: string;
                /** @description The record it is about. */
                record?: string;
                /** @description Code of its last error. */
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Delivery"][];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the delivery. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"] & {
                        tries: {
                            n: number;
                            try: number;
                            step: string;
                            /**
                             * Format: date-time
                             * @description When it was sent.
                             */
                            at: string;
                            took_ms: number;
                            outcome: string;
                            status: number | null;
                            code: string | null;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redriveDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the delivery. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    releaseDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the delivery. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @description done = it arrived over there; again = it did not.
                     * @enum {unknown}
                     */
                    as: "done" | "again";
                    /** @description The id that a system gives the thing; always text. */
                    external_id?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelDelivery: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the delivery. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Delivery"];
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    redriveDeliveries: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    filter: {
                        /**
                         * @description How far it is.
                         * @enum {unknown}
                         */
                        state?: "waiting" | "in_flight" | "unknown" | "delivered" | "confirmed" | "held" | "superseded" | "lapsed" | "parked" | "dead" | "cancelled";
                        /** @description Why it is so: due, retry, link, paused, unknown, mapping … */
                        because?: string;
                        /** @description Where it goes. */
                        connection?: string;
                        /** @description The flow that wants it. */
                        flow?: string;
                        /** @description The record it is about. */
                        record?: string;
                        /** @description Code of its last error. */
                        code?: string;
                    };
                    /** @description Only counts. */
                    dry_run?: boolean;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        operation: null;
                        matched: number;
                    };
                };
            };
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        operation: string;
                        matched: number;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Id of the operation. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        /**
                         * @description failed = begin it again; nothing is doubled.
                         * @enum {unknown}
                         */
                        state: "running" | "done" | "failed";
                        /** @description What it looks at. */
                        matched: number;
                        redriven: number | null;
                        /** @description Replay: messages looked at so far. */
                        scanned?: number;
                        /** @description Replay: messages folded again so far. */
                        replayed?: number;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listEffects: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Its end, or open. */
                state?: "open" | "accepted" | "refused" | "half-made" | "absent" | "exists" | "dropped";
                /** @description What it does. */
                verb?: "create" | "update" | "delete" | "put";
                /** @description Only of this delivery. */
                delivery?: string;
                /** @description Where it goes. */
                connection?: string;
                /** @description The flow that wants it. */
                flow?: string;
                /** @description The record it is about. */
                record?: string;
                /** @description A try of it ended with this code. */
                code?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Effect"][];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getEffect: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description delivery.number */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Effect"] & {
                        tries: {
                            n: number;
                            try: number;
                            step: string;
                            /**
                             * Format: date-time
                             * @description When it was sent.
                             */
                            at: string;
                            took_ms: number;
                            outcome: string;
                            status: number | null;
                            code: string | null;
                            detail: string;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFindings: {
        parameters: {
            query?: {
                /** @description Items of a page. */
                limit?: number;
                /** @description `next` of the page before. */
                cursor?: string;
                /** @description Only of this code. */
                code?: string;
                /** @description Only about this connection. */
                connection?: string;
                /** @description Only of this flow: one it names, or whose delivery it is about. */
                flow?: string;
                /** @description Only about a delivery or a message that is in this state now, e.g. `waiting`. */
                state?: string;
                /** @description Only about this record, or whatever has this id. */
                record?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            code: string;
                            /** @description Id of what it is about. */
                            about: string;
                            connection: string | null;
                            /** @description What was seen; personal data is masked. */
                            detail: {
                                [key: string]: unknown;
                            };
                            times: number;
                            /**
                             * Format: date-time
                             * @description First seen.
                             */
                            first_at: string;
                            /**
                             * Format: date-time
                             * @description Last seen.
                             */
                            last_at: string;
                        }[];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listConnections: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: components["schemas"]["Connection"][];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    checkConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name in connections.yaml. */
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        ok: boolean;
                        /** @description accepted, misconfigured, unreachable … */
                        outcome: string;
                        status: number | null;
                        code: string | null;
                        detail: string;
                        took_ms: number;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pauseConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name in connections.yaml. */
                connection: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Shown to whoever looks. */
                    because?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        connector: string;
                        /** @description Address for its callbacks; keep it between the two of you. */
                        hook: string;
                        /** @description active, paused */
                        state: string;
                        because: string | null;
                        skew_ms: number | null;
                        /** @description Deliveries that do not rest well, by state. */
                        open: {
                            [key: string]: unknown;
                        };
                        last_error: {
                            [key: string]: unknown;
                        } | null;
                        /** @description Last error of each poll, by resource. */
                        poll_errors: {
                            [key: string]: unknown;
                        };
                        /** @description Callbacks refused since midnight UTC, by code. */
                        refused_today: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resumeConnection: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description Name in connections.yaml. */
                connection: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        connection: string;
                        connector: string;
                        /** @description Address for its callbacks; keep it between the two of you. */
                        hook: string;
                        /** @description active, paused */
                        state: string;
                        because: string | null;
                        skew_ms: number | null;
                        /** @description Deliveries that do not rest well, by state. */
                        open: {
                            [key: string]: unknown;
                        };
                        last_error: {
                            [key: string]: unknown;
                        } | null;
                        /** @description Last error of each poll, by resource. */
                        poll_errors: {
                            [key: string]: unknown;
                        };
                        /** @description Callbacks refused since midnight UTC, by code. */
                        refused_today: {
                            [key: string]: unknown;
                        };
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    runMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description acme-ai/report.in, its slash written as %2F, or as it is. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description A vendor’s body, or the data of a record. */
                    input?: unknown;
                    /** @description A record as it is now, instead of an input; needs records:read. */
                    record?: string;
                    /** @description Whose settings and links count. */
                    connection?: string;
                    /** @description Entry of the flow’s `each`. */
                    item?: unknown;
                };
            };
        };
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        /** @description said, ignored, mapped, waits, refused, broken (see problems) */
                        verdict: string;
                        result: {
                            [key: string]: unknown;
                        } | null;
                        refused: {
                            code: string;
                            detail: string;
                        } | null;
                        rules: {
                            target: string;
                            rule: string;
                            file: string;
                            line: number;
                            column: number;
                            /** @description What it read; personal data is masked. */
                            from: string;
                            result: string;
                            refused: string | null;
                        }[];
                        problems: {
                            [key: string]: unknown;
                        }[];
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replayMapping: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description acme-ai/report.in, its slash written as %2F, or as it is. */
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Only messages of this one. */
                    connection?: string;
                    /**
                     * Format: date-time
                     * @description Only those received at or after.
                     */
                    since?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        operation: string;
                        /** @description Messages it looks at. */
                        matched: number;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKeys: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        items: {
                            id: string;
                            name: string;
                            scopes: ("records:read" | "records:write" | "records:merge" | "records:erase" | "feed:read" | "messages:read" | "messages:write" | "deliveries:read" | "deliveries:write" | "findings:read" | "connections:read" | "connections:write" | "mappings:run" | "keys:read" | "keys:write" | "admin")[];
                            connection: string | null;
                            /**
                             * Format: date-time
                             * @description When it was made.
                             */
                            created_at: string;
                            revoked_at: string | null;
                        }[];
                        /** @description Cursor of the next page; null on the last. */
                        next: string | null;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createKey: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description Who uses it. */
                    name: string;
                    scopes: ("records:read" | "records:write" | "records:merge" | "records:erase" | "feed:read" | "messages:read" | "messages:write" | "deliveries:read" | "deliveries:write" | "findings:read" | "connections:read" | "connections:write" | "mappings:run" | "keys:read" | "keys:write" | "admin")[];
                    /** @description The connection it speaks for; needed to write records. */
                    connection?: string;
                };
            };
        };
        responses: {
            /** @description Default Response */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        id: string;
                        name: string;
                        scopes: ("records:read" | "records:write" | "records:merge" | "records:erase" | "feed:read" | "messages:read" | "messages:write" | "deliveries:read" | "deliveries:write" | "findings:read" | "connections:read" | "connections:write" | "mappings:run" | "keys:read" | "keys:write" | "admin")[];
                        connection: string | null;
                        /**
                         * Format: date-time
                         * @description When it was made.
                         */
                        created_at: string;
                        revoked_at: string | null;
                    } & {
                        key: string;
                    };
                };
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revokeKey: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string | "key_bootstrap";
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Default Response */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description An error, RFC 9457. */
            "4XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
            /** @description An error, RFC 9457. */
            "5XX": {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
